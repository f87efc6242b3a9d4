import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { InputField, parseCount } from '../fields';

/**
 * The bounds of an adaptive cluster, as they are entered.
 */
export interface IBounds {
  minimum: string;
  maximum: string;
}

/**
 * The bounds as numbers. Throws an error for an invalid number.
 */
export function parseBounds(
  { maximum, minimum }: IBounds,
  trans: TranslationBundle
): [number, number] {
  return [
    parseCount(minimum, trans.__('Minimum'), trans),
    parseCount(maximum, trans.__('Maximum'), trans)
  ];
}

/**
 * The inputs of the bounds.
 */
export function BoundsFields(props: {
  /** The first values. */
  bounds: IBounds;

  /** The largest number of workers; null for none. */
  limit: number | null;
  onChange: (change: Partial<IBounds>) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { bounds, limit, onChange, trans } = props;
  return (
    <>
      <InputField
        label={trans.__('Minimum')}
        width="number"
        type="number"
        min={0}
        defaultValue={bounds.minimum}
        onChange={minimum => onChange({ minimum })}
      />
      <InputField
        label={trans.__('Maximum')}
        width="number"
        type="number"
        min={1}
        max={limit ?? undefined}
        defaultValue={bounds.maximum}
        onChange={maximum => onChange({ maximum })}
      />
    </>
  );
}

/**
 * Ask for the bounds of an adaptive cluster. Null if the user cancels.
 */
export async function chooseBounds(
  name: string,
  bounds: IBounds,
  limit: number | null,
  trans: TranslationBundle
): Promise<[number, number] | null> {
  const current = { ...bounds };
  const body = ReactWidget.create(
    <BoundsFields
      bounds={bounds}
      limit={limit}
      onChange={change => Object.assign(current, change)}
      trans={trans}
    />
  );
  body.addClass('jp-pipeline-field-row');
  const { button } = await showDialog({
    title: trans.__('Adapt %1 to the load', name),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Adapt') })]
  });
  return button.accept ? parseBounds(current, trans) : null;
}
