import type { TranslationBundle } from '@jupyterlab/translation';

import type { Clusters } from '../tokens';

/**
 * Profiles under a title.
 */
export interface IProfileGroup {
  readonly title: string;
  readonly profiles: ReadonlyArray<Clusters.IProfile>;
}

/** The source of the profiles of the package. */
const BUILT_IN = 'built in';

/**
 * The profiles by origin and kind: those of the user or the site first.
 */
export function groupProfiles(
  profiles: ReadonlyArray<Clusters.IProfile>,
  trans: TranslationBundle
): IProfileGroup[] {
  const own = trans.__('Your profiles');
  const local = trans.__('This host');
  const batch = trans.__('Batch systems');
  const other = trans.__('Other hosts and services');
  const groupOf = ({ cluster_class, source }: Clusters.IProfile): string =>
    source !== BUILT_IN
      ? own
      : cluster_class.endsWith('.LocalCluster')
        ? local
        : cluster_class.startsWith('dask_jobqueue.')
          ? batch
          : other;
  return [own, local, batch, other]
    .map(title => ({ title, profiles: profiles.filter(p => groupOf(p) === title) }))
    .filter(group => group.profiles.length > 0);
}
