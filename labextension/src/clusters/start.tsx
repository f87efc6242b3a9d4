import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Notice } from '../components';
import { InputField, SelectField } from '../fields';
import type { Clusters, IClusterManager } from '../tokens';

/**
 * Ask for the profile and the size of a new cluster. Null if the user cancels.
 */
export async function chooseStart(
  manager: IClusterManager,
  trans: TranslationBundle
): Promise<Clusters.IStartOptions | null> {
  const body = new StartBody(manager, trans);
  const { button } = await showDialog({
    title: trans.__('Start a cluster'),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Start') })]
  });
  return button.accept ? body.getValue() : null;
}

class StartBody extends ReactWidget {
  constructor(
    private _manager: IClusterManager,
    private _trans: TranslationBundle
  ) {
    super();
  }

  getValue(): Clusters.IStartOptions | null {
    return this._value;
  }

  render(): JSX.Element {
    return (
      <StartForm
        manager={this._manager}
        trans={this._trans}
        onChange={value => {
          this._value = value;
        }}
      />
    );
  }

  private _value: Clusters.IStartOptions | null = null;
}

function StartForm(props: {
  manager: IClusterManager;
  trans: TranslationBundle;
  onChange: (value: Clusters.IStartOptions | null) => void;
}): JSX.Element {
  const { manager, onChange, trans } = props;
  const [chosen, setChosen] = React.useState('');
  const [workers, setWorkers] = React.useState('');
  const { profiles, profilesFailure } = manager;
  const profile =
    profiles.find(p => p.name === chosen) ??
    profiles.find(p => p.name === 'local') ??
    profiles[0];
  const size = workers === '' ? {} : { workers: Number(workers) };
  onChange(profile ? { profile: profile.name, ...size } : null);
  return (
    <div className="jp-pipeline-start">
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
      </div>
      {profile?.description && (
        <p className="jp-pipeline-hint" title={profile.cluster_class}>
          {profile.description}
        </p>
      )}
      {profilesFailure && <Notice kind="error">{profilesFailure.message}</Notice>}
    </div>
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
