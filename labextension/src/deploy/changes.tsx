import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { LinkButton, Notice } from '../components';
import { labelOf } from './deployed';
import type { DeployModel } from './model';

interface IProps {
  model: DeployModel;
  trans: TranslationBundle;
}

/**
 * The effects of a deploy on the deployment of the same name.
 */
export function Changes({ model, trans }: IProps): JSX.Element | null {
  const { existing } = model;
  if (!existing || !model.preview) {
    return null;
  }
  const value = (text: string | null): string => text ?? trans.__('default');
  const difference = model.preview.server_changes ?? model.preview.changes;
  const files = model.changedFiles;
  return (
    <section className="jp-pipeline-changes" aria-label={trans.__('Changes')}>
      <h3>{trans.__('Changes to %1', existing.deployment)}</h3>
      <ul aria-live="polite">
        {model.optionChanges?.map(change => (
          <li key={change.name}>
            {labelOf(change.name, model.properties)}: <del>{value(change.before)}</del>
            {' → '}
            <ins>{value(change.after)}</ins>
          </li>
        ))}
        {model.optionChanges?.length === 0 && (
          <li className="jp-pipeline-hint">{trans.__('Options: no change')}</li>
        )}
        {model.optionChanges === null && (
          <li>{trans.__('Options: the deployed values are not known')}</li>
        )}
        {!existing.here && (
          <li>{trans.__('Cell: this one replaces the deployed one')}</li>
        )}
        <li className={files.length > 0 ? '' : 'jp-pipeline-hint'}>
          {files.length > 0
            ? trans.__('Code: %1', files.join(', '))
            : trans.__('Code: no change')}
        </li>
      </ul>
      {difference && (
        <details>
          <summary>{trans.__('Difference')}</summary>
          <pre tabIndex={0}>{difference}</pre>
        </details>
      )}
    </section>
  );
}

/**
 * Messages on the origin of the values in the form.
 */
export function Origin({ model, trans }: IProps): JSX.Element {
  const { existing, offers } = model;
  return (
    <>
      {model.deployedError && (
        <Notice kind="warning">
          {trans.__(
            'The values of existing deployments cannot be read, so the form starts with defaults: %1',
            model.deployedError.message
          )}
        </Notice>
      )}
      {existing && existing.options === null && (
        <Notice kind="warning">
          {trans.__(
            '%1 is deployed, and its options were not recorded. Check each value: a deploy replaces them.',
            existing.deployment
          )}
        </Notice>
      )}
      {model.used && model.used.hidden_options.length > 0 && (
        <Notice kind="warning">
          {trans.__(
            'Values with a secret are not shown: %1. Enter them again, or the deploy leaves them out.',
            model.used.hidden_options.join(', ')
          )}
        </Notice>
      )}
      {offers.map(offer => (
        <Notice key={offer.deployment} kind="info">
          {offer === existing
            ? trans.__(
                '%1 is deployed with its own values. A deploy replaces them with the values of this form.',
                offer.deployment
              )
            : trans.__('It is also deployed as %1.', offer.deployment)}{' '}
          <LinkButton onClick={() => model.useDeployed(offer)}>
            {trans.__('Use the values of %1', offer.deployment)}
          </LinkButton>
        </Notice>
      ))}
    </>
  );
}
