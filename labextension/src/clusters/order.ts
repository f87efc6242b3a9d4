import type { Clusters } from '../tokens';

/**
 * True if a cluster in this state may have running processes.
 */
export function isAlive(state: Clusters.State): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}

/**
 * The cluster with an id, the active one with a name, or else the last one that had the name.
 */
export function findCluster(
  clusters: ReadonlyArray<Clusters.IModel>,
  key: string | undefined
): Clusters.IModel | undefined {
  const named = clusters.filter(({ name }) => name === key);
  return (
    clusters.find(({ id }) => id === key) ??
    named.find(({ state }) => isAlive(state)) ??
    named.sort((a, b) => b.started - a.started)[0]
  );
}

/**
 * The clusters by need: failed ones first, then those that change or warn, then the others by age.
 */
export function sortByNeed(
  clusters: ReadonlyArray<Clusters.IModel>
): ReadonlyArray<Clusters.IModel> {
  return [...clusters].sort(
    (a, b) => need(a) - need(b) || a.started - b.started || (a.name < b.name ? -1 : 1)
  );
}

function need({ state, warning }: Clusters.IModel): number {
  if (state === 'failed' || state === 'lost') {
    return 0;
  }
  if (state === 'starting') {
    return 1;
  }
  return warning ? 2 : 3;
}
