import type { MenuEntry } from '../menu';
import { CommandIDs, type Clusters } from '../tokens';
import { isAlive } from './order';

/**
 * The actions of a cluster.
 */
export function clusterMenu({ id, name, state }: Clusters.IModel): MenuEntry[] {
  if (!isAlive(state)) {
    const remove: MenuEntry[] =
      state === 'lost' ? [{ command: CommandIDs.stopCluster, args: { name: id } }] : [];
    return [
      { command: CommandIDs.showLogs, args: { name: id } },
      { command: CommandIDs.dismissCluster, args: { name: id } },
      ...remove
    ];
  }
  return [
    { command: CommandIDs.openDashboard, args: { name } },
    { command: CommandIDs.openDashboard, args: { name, where: 'browser' } },
    { command: CommandIDs.openDashboard, args: { name, where: 'dask' } },
    { command: CommandIDs.attachCluster, args: { name } },
    null,
    { command: CommandIDs.scaleCluster, args: { name } },
    { command: CommandIDs.adaptCluster, args: { name } },
    { command: CommandIDs.extendCluster, args: { name } },
    null,
    { command: CommandIDs.syncCluster, args: { name } },
    { command: CommandIDs.cancelSync, args: { name } },
    { command: CommandIDs.restartCluster, args: { name } },
    { command: CommandIDs.showLogs, args: { name } },
    null,
    { command: CommandIDs.stopCluster, args: { name } }
  ];
}
