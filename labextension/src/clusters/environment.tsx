import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { LinkButton } from '../components';
import { formatRelative } from '../format';
import type { Clusters } from '../tokens';

/**
 * The differences between a cluster and the last notebook in packages and modules, and the time of the last sync.
 */
export function EnvironmentState(props: {
  cluster: Clusters.IModel;
  trans: TranslationBundle;
  disabled: boolean;
  onSync: () => void;
  onRestart: () => void;
}): JSX.Element {
  const { cluster, disabled, trans } = props;
  const { drift, last_sync } = cluster;
  const now = Date.now() / 1000;
  const { blocks = 0, warns = 0, restart = 0 } = drift;
  const compared =
    drift.checked && trans.__('Compared %1', formatRelative(drift.checked, now, trans));
  const rest = blocks + warns - restart;
  return (
    <>
      {restart > 0 && (
        <div>
          {trans._n(
            '%1 difference needs a restart',
            '%1 differences need a restart',
            restart
          )}{' '}
          <LinkButton
            title={trans.__(
              'The scheduler and the workers run on these packages, so that a sync cannot change them.'
            )}
            disabled={disabled}
            onClick={props.onRestart}
          >
            {trans.__('Restart…')}
          </LinkButton>
        </div>
      )}
      {rest > 0 && (
        <div>
          {trans._n('%1 difference', '%1 differences', rest)}{' '}
          <LinkButton
            title={trans.__(
              'Send the packages and the code of the current notebook to the cluster'
            )}
            disabled={disabled}
            onClick={props.onSync}
          >
            {trans.__('Sync')}
          </LinkButton>
        </div>
      )}
      {last_sync.time && (
        <>
          <div className={last_sync.result === 'failed' ? 'jp-mod-bad' : ''}>
            {describeSync(
              last_sync.result,
              formatRelative(last_sync.time, now, trans),
              trans
            )}
          </div>
          {last_sync.summary && (
            <div className="jp-pipeline-muted" dir="auto">
              {last_sync.summary}
            </div>
          )}
        </>
      )}
      {compared && <div className="jp-pipeline-muted">{compared}</div>}
      {!compared && !last_sync.time && trans.__('not compared')}
    </>
  );
}

function describeSync(
  result: Clusters.IModel['last_sync']['result'],
  time: string,
  trans: TranslationBundle
): string {
  switch (result) {
    case 'failed':
      return trans.__('Sync failed %1', time);
    case 'interrupted':
      return trans.__('Sync interrupted %1', time);
    default:
      return trans.__('Synced %1', time);
  }
}
