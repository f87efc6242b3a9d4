import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { IStepCompute } from '../records';

/**
 * The place where each step runs; nothing if all steps run in the process of the flow,
 * without clusters of their own.
 */
export function Compute(props: {
  steps: readonly IStepCompute[];
  trans: TranslationBundle;
}): JSX.Element | null {
  const { steps, trans } = props;
  const places = groupByPlace(steps);
  const isElsewhere = (each: IStepCompute): boolean =>
    each.profile !== '' || each.function || each.on_workers;
  if (!steps.some(isElsewhere)) {
    return null;
  }
  return (
    <dl className="jp-pipeline-compute" aria-label={trans.__('Compute of the steps')}>
      {Array.from(places, ([text, names]) => (
        <React.Fragment key={text}>
          <dt>{names.join(', ')}</dt>
          <dd>{text}</dd>
        </React.Fragment>
      ))}
    </dl>
  );
}

/**
 * The names of the steps by the place where they run, in the order of the steps.
 */
export function groupByPlace(steps: readonly IStepCompute[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { step, text } of steps) {
    places.set(text, [...(places.get(text) ?? []), step]);
  }
  return places;
}
