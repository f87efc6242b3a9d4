import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import type { Actions } from '../actions';
import { LinkButton, Meter } from '../components';
import { ErrorText } from '../errors';
import { formatBytes, formatDuration, formatMoment, formatRelative } from '../format';
import { clusterIcon, dashboardIcon, logsIcon } from '../icons';
import { Facts, Row, type IFigure, type IRowFocus, type Tone } from '../rows';
import { CommandIDs, type Clusters, type IClusterManager } from '../tokens';
import { EnvironmentState } from './environment';
import { clusterMenu } from './menu';
import { isAlive } from './order';
import type { Syncs } from './sync';

/**
 * One cluster: state, size and actions; expanded, with all that is known.
 */
export function ClusterRow(props: {
  cluster: Clusters.IModel;
  actions: Actions;
  commands: CommandRegistry;
  manager: IClusterManager;
  syncs: Syncs;
  expanded: boolean;
  onToggle: () => void;
  focus: IRowFocus;
  stale: boolean;
  trans: TranslationBundle;
}): JSX.Element {
  const { actions, cluster, commands, manager, stale, trans } = props;
  const { dashboard_link, id, name, state } = cluster;
  const now = Date.now() / 1000;
  const alive = isAlive(state);
  const sync = props.syncs.get(name);
  const execute = (command: string): void =>
    actions.run(id, () => commands.execute(command, { name }));
  const link = (label: string, onClick: () => void): JSX.Element => (
    <LinkButton disabled={stale} onClick={onClick}>
      {label}
    </LinkButton>
  );
  return (
    <Row
      id={id}
      name={name}
      icon={clusterIcon}
      tone={TONE[state]}
      state={stateName(state, trans)}
      figure={figure(cluster, now, trans)}
      action={
        alive && state !== 'starting'
          ? {
              icon: dashboardIcon,
              label: trans.__('Open the dashboard of %1', name),
              command: CommandIDs.openDashboard,
              args: { name }
            }
          : {
              icon: logsIcon,
              label: trans.__('Show the logs of %1', name),
              command: CommandIDs.showLogs,
              args: { name: alive ? name : id }
            }
      }
      menu={clusterMenu(cluster)}
      message={
        <>
          {(state === 'failed' || state === 'lost') && cluster.reason && (
            <ErrorText text={cluster.reason} trans={trans}>
              {link(trans.__('Logs'), () =>
                actions.run(id, () =>
                  commands.execute(CommandIDs.showLogs, { name: id })
                )
              )}
              {link(trans.__('Dismiss'), () =>
                actions.run(id, () => manager.dismiss(id))
              )}
            </ErrorText>
          )}
          {sync && (
            <div className="jp-pipeline-error jp-mod-info" role="status">
              <div className="jp-pipeline-error-text">
                {sync.isWaiting
                  ? trans.__('The sync waits until the kernel of the notebook is idle.')
                  : sync.text || trans.__('Syncing…')}
              </div>
              <div className="jp-pipeline-error-actions">
                {link(trans.__('Cancel'), () => execute(CommandIDs.cancelSync))}
              </div>
            </div>
          )}
          {cluster.warning && (
            <ErrorText kind="warning" text={cluster.warning} trans={trans}>
              {link(trans.__('Extend by 1 h'), () =>
                actions.run(id, () => manager.extend(name, 3600))
              )}
            </ErrorText>
          )}
        </>
      }
      details={() => (
        <>
          <Facts
            facts={[
              [trans.__('Profile'), cluster.profile],
              [trans.__('Workers'), alive && workers(cluster, trans)],
              [trans.__('Threads'), cluster.threads > 0 && String(cluster.threads)],
              [
                trans.__('Memory'),
                state === 'running' && cluster.memory_limit > 0 && (
                  <span className="jp-pipeline-memory">
                    <Meter
                      value={cluster.memory_used}
                      maximum={cluster.memory_limit}
                      label={trans.__('Memory of the workers')}
                    />
                    {formatBytes(cluster.memory_used)} /{' '}
                    {formatBytes(cluster.memory_limit)}
                  </span>
                )
              ],
              [
                trans.__('Environment'),
                state === 'running' && (
                  <EnvironmentState
                    cluster={cluster}
                    trans={trans}
                    disabled={stale || sync !== null}
                    onSync={() => execute(CommandIDs.syncCluster)}
                    onRestart={() => execute(CommandIDs.restartCluster)}
                  />
                )
              ],
              [trans.__('Status'), alive && cluster.reason],
              [
                trans.__('Started'),
                <span title={formatMoment(cluster.started)}>
                  {formatRelative(cluster.started, now, trans)}
                </span>
              ],
              [
                trans.__('Ends'),
                alive && cluster.expires !== null && (
                  <span title={formatMoment(cluster.expires)}>
                    {formatRelative(cluster.expires, now, trans)}
                  </span>
                )
              ],
              [
                trans.__('Ended'),
                !alive && (
                  <span title={formatMoment(cluster.since)}>
                    {formatRelative(cluster.since, now, trans)}
                  </span>
                )
              ],
              [
                trans.__('Cost'),
                cluster.cost !== null &&
                  `${cluster.cost.toFixed(2)} ${cluster.currency}`
              ],
              [trans.__('Host'), cluster.host],
              [trans.__('Python'), cluster.python],
              [trans.__('Reason'), state === 'stopped' && cluster.reason]
            ]}
          />
          <div className="jp-pipeline-row-links">
            {state === 'running' &&
              dashboard_link &&
              link(trans.__('Dashboard'), () => execute(CommandIDs.openDashboard))}
            {state === 'running' &&
              link(trans.__('Scale…'), () => execute(CommandIDs.scaleCluster))}
            {alive && link(trans.__('Logs'), () => execute(CommandIDs.showLogs))}
            {alive && link(trans.__('Stop…'), () => execute(CommandIDs.stopCluster))}
          </div>
        </>
      )}
      expanded={props.expanded}
      onToggle={props.onToggle}
      actions={actions}
      commands={commands}
      focus={props.focus}
      stale={stale}
      trans={trans}
      data={{ 'data-cluster': name, 'data-state': state }}
    />
  );
}

/** Remaining lifetime (seconds) below which it is the figure of a row. */
const SOON = 1800;

const TONE: { [state in Clusters.State]: Tone } = {
  starting: 'busy',
  running: 'good',
  stopping: 'busy',
  stopped: 'off',
  failed: 'bad',
  lost: 'bad'
};

/**
 * The state of a cluster as a word.
 */
export function stateName(state: Clusters.State, trans: TranslationBundle): string {
  return {
    starting: trans.__('starting'),
    running: trans.__('running'),
    stopping: trans.__('stopping'),
    stopped: trans.__('stopped'),
    failed: trans.__('failed'),
    lost: trans.__('lost')
  }[state];
}

/**
 * The figure that matters most.
 */
function figure(
  cluster: Clusters.IModel,
  now: number,
  trans: TranslationBundle
): IFigure {
  const { drift, expires, started, state } = cluster;
  if (!isAlive(state)) {
    return {
      text: formatRelative(cluster.since, now, trans),
      title: formatMoment(cluster.since)
    };
  }
  if (state === 'starting') {
    return {
      text: formatDuration(now - started),
      title: trans.__('Time since the start was requested')
    };
  }
  if (expires !== null && expires - now < SOON) {
    return {
      text: trans.__('ends %1', formatRelative(expires, now, trans)),
      short: formatRelative(expires, now, trans),
      title: trans.__('The maximum lifetime of its profile'),
      tone: 'warn'
    };
  }
  const { blocks = 0, warns = 0, restart = 0 } = drift;
  if (restart > 0) {
    return {
      text: trans.__('restart needed'),
      short: trans.__('restart'),
      title: trans.__('Packages that a sync cannot change differ from the notebook'),
      tone: blocks ? 'bad' : 'warn'
    };
  }
  if (blocks + warns > 0) {
    return {
      text: trans._n('%1 difference', '%1 differences', blocks + warns),
      short: `≠ ${blocks + warns}`,
      title: trans.__('Packages that differ from the notebook that was compared last'),
      tone: blocks ? 'bad' : 'warn'
    };
  }
  const { adaptive, workers_wanted } = cluster;
  return {
    text: workers(cluster, trans),
    short: adaptive
      ? `${cluster.workers} (${adaptive[0]}–${adaptive[1]})`
      : workers_wanted !== null && workers_wanted !== cluster.workers
        ? `${cluster.workers}/${workers_wanted}`
        : `${cluster.workers}`
  };
}

function workers(cluster: Clusters.IModel, trans: TranslationBundle): string {
  const { adaptive, workers, workers_wanted } = cluster;
  if (adaptive) {
    return trans._n(
      '%1 worker (%2 to %3)',
      '%1 workers (%2 to %3)',
      workers,
      adaptive[0],
      adaptive[1]
    );
  }
  return workers_wanted !== null && workers_wanted !== workers
    ? trans._n('%2 of %1 worker', '%2 of %1 workers', workers_wanted, workers)
    : trans._n('%1 worker', '%1 workers', workers);
}
