import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

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
}): JSX.Element | null {
  const { cluster, disabled, onSync, trans } = props;
  const { drift, last_sync } = cluster;
  const now = Date.now() / 1000;
  const { blocks = 0, warns = 0 } = drift;
  if (blocks + warns > 0) {
    return (
      <button
        type="button"
        className={`jp-pipeline-link jp-pipeline-drift ${blocks ? 'jp-mod-bad' : 'jp-mod-warn'}`}
        title={trans.__(
          'Compared %1. Sync to give the cluster what this notebook has.',
          formatRelative(drift.checked ?? now, now, trans)
        )}
        disabled={disabled}
        onClick={onSync}
      >
        {blocks
          ? trans._n('%1 difference blocks', '%1 differences block', blocks)
          : trans._n('%1 difference', '%1 differences', warns)}
      </button>
    );
  }
  if (!last_sync.time) {
    return null;
  }
  return (
    <div
      className={`jp-pipeline-hint ${last_sync.result === 'failed' ? 'jp-mod-bad' : ''}`}
      title={last_sync.summary}
    >
      {last_sync.result === 'done'
        ? trans.__('Synced %1', formatRelative(last_sync.time, now, trans))
        : trans.__('Sync failed %1', formatRelative(last_sync.time, now, trans))}
    </div>
  );
}
