import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Notice, useAction } from '../components';
import { InputField, SelectField } from '../fields';
import type { Clusters, IClusterManager } from '../tokens';

/**
 * The form that starts a cluster from a profile.
 */
export function StartForm(props: {
  manager: IClusterManager;
  trans: TranslationBundle;
}): JSX.Element {
  const { manager, trans } = props;
  const [chosen, setChosen] = React.useState('');
  const [workers, setWorkers] = React.useState('');
  const { busy, error, clear, run } = useAction();
  const { profiles, profilesFailure } = manager;
  const profile =
    profiles.find(p => p.name === chosen) ??
    profiles.find(p => p.name === 'local') ??
    profiles[0];
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    const size = workers === '' ? {} : { workers: Number(workers) };
    run(() => manager.start({ profile: profile.name, ...size }));
  };
  return (
    <form className="jp-pipeline-start" onSubmit={submit}>
      <div className="jp-pipeline-start-row">
        <SelectField
          label={trans.__('Profile')}
          width="wide"
          name="profile"
          value={profile?.name ?? ''}
          choices={profiles.map(p => [p.name, p.name] as const)}
          disabled={profiles.length === 0}
          onChange={setChosen}
        />
        <InputField
          label={trans.__('Workers')}
          width="number"
          type="number"
          min={0}
          max={profile?.max_workers ?? 100000}
          placeholder={placeholder(profile, trans)}
          value={workers}
          onChange={setWorkers}
        />
        <button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          disabled={busy || !profile}
        >
          {busy ? trans.__('Starting…') : trans.__('Start')}
        </button>
      </div>
      {profile?.description && (
        <p className="jp-pipeline-hint" title={profile.cluster_class}>
          {profile.description}
        </p>
      )}
      {profilesFailure && <Notice kind="error">{profilesFailure.message}</Notice>}
      {error && (
        <Notice kind="error" onClose={clear} trans={trans}>
          {error.message}
        </Notice>
      )}
    </form>
  );
}

function placeholder(
  profile: Clusters.IProfile | undefined,
  trans: TranslationBundle
): string {
  if (profile?.adapt) {
    return `${profile.adapt[0]}–${profile.adapt[1] ?? '∞'}`;
  }
  return profile?.workers?.toString() ?? trans.__('auto');
}
