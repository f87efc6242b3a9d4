import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import { Chip, IconButton, Meter, Notice, useAction } from '../components';
import { formatBytes, formatDuration, formatRelative } from '../format';
import { attachIcon, dashboardIcon, launchIcon, plotsIcon } from '../icons';
import { CommandIDs, type Clusters, type IClusterManager } from '../tokens';
import { DASK_PANEL } from './commands';
import { EnvironmentState } from './environment';
import { isAlive } from './manager';

interface IOptions {
  cluster: Clusters.IModel;
  commands: CommandRegistry;
  manager: IClusterManager;
  trans: TranslationBundle;
}

/**
 * One cluster: state, size, environment and actions.
 */
export function ClusterCard(props: IOptions): JSX.Element {
  const { cluster, commands, manager, trans } = props;
  const { busy, error, clear, run } = useAction();
  const alive = isAlive(cluster.state);
  const running = cluster.state === 'running';
  const now = Date.now() / 1000;
  const execute = (command: string, args: { [key: string]: string } = {}) =>
    run(() => commands.execute(command, { name: cluster.name, ...args }));
  return (
    <li
      className="jp-pipeline-card"
      data-cluster={cluster.name}
      aria-busy={busy || cluster.state === 'starting'}
    >
      <div className="jp-pipeline-card-head">
        <span className="jp-pipeline-name" title={describe(cluster, trans)}>
          {cluster.name}
        </span>
        <Chip
          tone={TONE[cluster.state]}
          label={cluster.state}
          title={cluster.reason || describe(cluster, trans)}
        />
      </div>
      {alive && (
        <div className="jp-pipeline-facts">
          <WorkerCount {...props} onScale={action => run(action)} />
          <span>{cluster.profile}</span>
          {cluster.threads > 0 && (
            <span>{trans._n('%1 thread', '%1 threads', cluster.threads)}</span>
          )}
          {cluster.expires !== null && cluster.expires - now < SOON && (
            <span title={trans.__('The maximum lifetime of its profile')}>
              {trans.__('ends %1', formatRelative(cluster.expires, now, trans))}
            </span>
          )}
        </div>
      )}
      {running && cluster.memory_limit > 0 && (
        <div className="jp-pipeline-memory">
          <Meter
            value={cluster.memory_used}
            maximum={cluster.memory_limit}
            label={trans.__('Memory of the workers')}
          />
          <span>
            {formatBytes(cluster.memory_used)} / {formatBytes(cluster.memory_limit)}
          </span>
        </div>
      )}
      {running && (
        <EnvironmentState
          cluster={cluster}
          trans={trans}
          disabled={busy}
          onSync={() => execute(CommandIDs.syncCluster)}
        />
      )}
      {cluster.state !== 'running' && cluster.reason && (
        <Notice kind={alive ? 'info' : 'error'}>{cluster.reason}</Notice>
      )}
      {cluster.warning && (
        <Notice kind="warning">
          {cluster.warning}{' '}
          <button
            type="button"
            className="jp-pipeline-link"
            onClick={() => run(() => manager.extend(cluster.name, 3600))}
          >
            {trans.__('Extend by 1 h')}
          </button>
        </Notice>
      )}
      {error && (
        <Notice kind="error" onClose={clear} trans={trans}>
          {error.message}
        </Notice>
      )}
      <Actions {...props} busy={busy} execute={execute} />
    </li>
  );
}

function Actions(
  props: IOptions & {
    busy: boolean;
    execute: (command: string, args?: { [key: string]: string }) => void;
  }
): JSX.Element {
  const { busy, cluster, commands, execute, manager, trans } = props;
  const { dashboard_link, id, name, state } = cluster;
  if (!isAlive(state)) {
    return (
      <div className="jp-pipeline-actions">
        <button
          type="button"
          className="jp-pipeline-link"
          onClick={() => execute(CommandIDs.showLogs)}
        >
          {trans.__('Logs')}
        </button>
        <button
          type="button"
          className="jp-pipeline-link"
          onClick={() => manager.dismiss(id)}
        >
          {trans.__('Dismiss')}
        </button>
      </div>
    );
  }
  return (
    <div className="jp-pipeline-actions">
      <IconButton
        icon={dashboardIcon}
        label={trans.__('Open the dashboard of %1', name)}
        text={trans.__('Dashboard')}
        disabled={!dashboard_link}
        onClick={() => execute(CommandIDs.openDashboard)}
      />
      <span className="jp-pipeline-actions-end">
        <IconButton
          icon={launchIcon}
          label={trans.__('Open the dashboard of %1 in a browser tab', name)}
          disabled={!dashboard_link}
          onClick={() => execute(CommandIDs.openDashboard, { where: 'browser' })}
        />
        {commands.hasCommand(DASK_PANEL) && (
          <IconButton
            icon={plotsIcon}
            label={trans.__('Show the plots of %1 in the Dask panel', name)}
            disabled={!dashboard_link}
            onClick={() => execute(CommandIDs.openDashboard, { where: 'dask' })}
          />
        )}
        <IconButton
          icon={attachIcon}
          label={trans.__('Insert a cell that attaches to %1', name)}
          disabled={state !== 'running'}
          onClick={() => execute(CommandIDs.attachCluster)}
        />
        <IconButton
          icon={refreshIcon}
          label={trans.__('Send packages and code of this notebook to %1', name)}
          disabled={busy || state !== 'running'}
          onClick={() => execute(CommandIDs.syncCluster)}
        />
        <IconButton
          icon={stopIcon}
          label={trans.__('Stop %1', name)}
          disabled={busy || state === 'stopping'}
          onClick={() => execute(CommandIDs.stopCluster)}
        />
      </span>
    </div>
  );
}

/** Remaining lifetime (seconds) below which it is shown. */
const SOON = 7200;

const TONE = {
  starting: 'busy',
  running: 'good',
  stopping: 'busy',
  stopped: 'off',
  failed: 'bad',
  lost: 'bad'
} as const;

function describe(cluster: Clusters.IModel, trans: TranslationBundle): string {
  return trans.__(
    '%1, from the profile %2, on %3, for %4',
    cluster.name,
    cluster.profile,
    cluster.host || '?',
    formatDuration(Date.now() / 1000 - cluster.started)
  );
}

/**
 * The number of workers; a click edits it.
 */
function WorkerCount(props: {
  cluster: Clusters.IModel;
  manager: IClusterManager;
  trans: TranslationBundle;
  onScale: (action: () => Promise<void>) => void;
}): JSX.Element {
  const { cluster, manager, trans } = props;
  const [wanted, setWanted] = React.useState<number | null>(null);
  const { adaptive, workers, workers_wanted } = cluster;
  if (wanted !== null) {
    return (
      <form
        className="jp-pipeline-scale"
        onSubmit={event => {
          event.preventDefault();
          setWanted(null);
          props.onScale(() => manager.scale(cluster.name, wanted));
        }}
        onKeyDown={event => event.key === 'Escape' && setWanted(null)}
      >
        <input
          type="number"
          className="jp-mod-styled"
          min={0}
          max={100000}
          value={wanted}
          autoFocus
          aria-label={trans.__('Number of workers of %1', cluster.name)}
          onChange={event => setWanted(event.target.valueAsNumber || 0)}
        />
        <button type="submit" className="jp-pipeline-link">
          {trans.__('Scale')}
        </button>
      </form>
    );
  }
  const waiting = workers_wanted !== null && workers_wanted !== workers;
  const text = adaptive
    ? trans._n(
        '%1 worker (%2 to %3)',
        '%1 workers (%2 to %3)',
        workers,
        adaptive[0],
        adaptive[1]
      )
    : waiting
      ? trans._n('%2 of %1 worker', '%2 of %1 workers', workers_wanted, workers)
      : trans._n('%1 worker', '%1 workers', workers);
  return (
    <button
      type="button"
      className="jp-pipeline-link jp-pipeline-workers"
      disabled={cluster.state !== 'running'}
      title={trans.__('Scale %1', cluster.name)}
      onClick={() => setWanted(workers_wanted ?? workers)}
    >
      {text}
    </button>
  );
}
