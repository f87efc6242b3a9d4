import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { pipelineIcon } from '../icons';
import { showCommandError } from '../palette';
import { CommandIDs, type IClusterManager } from '../tokens';
import { isAlive } from './order';
import { stateName } from './row';

/**
 * The clusters in the panel of running sessions.
 */
export function runningClusters(
  manager: IClusterManager,
  commands: CommandRegistry,
  trans: TranslationBundle
): IRunningSessions.IManager {
  const running = () => manager.clusters.filter(c => isAlive(c.state));
  const execute = (id: string, args: { name: string; force?: boolean }): void =>
    void commands
      .execute(id, args)
      .catch(reason => showCommandError(commands, id, reason));
  const runningChanged = new Signal<unknown, unknown>(manager);
  manager.changed.connect(() => runningChanged.emit(undefined));
  return {
    name: trans.__('Clusters'),
    running: () =>
      running().map(cluster => ({
        className: 'jp-pipeline-running-item',
        context: cluster.name,
        icon: () => pipelineIcon,
        label: () => cluster.name,
        labelTitle: () => cluster.reason || cluster.profile,
        detail: () =>
          cluster.state === 'running'
            ? trans._n('%1 worker', '%1 workers', cluster.workers)
            : stateName(cluster.state, trans),
        open: () =>
          execute(
            cluster.dashboard_link ? CommandIDs.openDashboard : CommandIDs.showPanel,
            { name: cluster.name }
          ),
        shutdown: () => execute(CommandIDs.stopCluster, { name: cluster.name })
      })),
    shutdownAll: () => {
      for (const { name } of running()) {
        execute(CommandIDs.stopCluster, { name, force: true });
      }
    },
    refreshRunning: () => void manager.refresh(),
    runningChanged,
    shutdownLabel: trans.__('Stop'),
    shutdownAllLabel: trans.__('Stop All'),
    shutdownAllConfirmationText: trans.__(
      'Stop all clusters? What their workers hold in memory is lost.'
    )
  };
}
