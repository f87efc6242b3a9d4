import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { Notice } from '../components';
import { InputField, SelectField, parseCount } from '../fields';
import type { Clusters } from '../tokens';
import { BoundsFields, parseBounds, type IBounds } from './bounds';
import type { IKernelChoice } from './kernelspecs';
import { groupProfiles } from './profileGroups';

/**
 * The values of the form that starts a cluster.
 */
export interface IStartDraft extends IBounds {
  profile: string;
  name: string;
  size: 'default' | 'fixed' | 'adaptive';
  workers: string;
  kernel: string;
}

interface IChoices {
  profiles: ReadonlyArray<Clusters.IProfile>;
  kernels: ReadonlyArray<IKernelChoice>;
  trans: TranslationBundle;
}

/**
 * The first values of the form.
 *
 * @param kernel - The kernel of the current notebook.
 */
export function createDraft(
  { kernels, profiles }: Omit<IChoices, 'trans'>,
  kernel: string | undefined
): IStartDraft {
  const allowed = profiles.filter(({ refusal }) => !refusal);
  const profile =
    allowed.find(({ is_default }) => is_default) ??
    allowed.find(({ name }) => name === 'local') ??
    allowed[0];
  return {
    profile: profile?.name ?? '',
    name: '',
    size: 'default',
    workers: '2',
    minimum: '0',
    maximum: '8',
    kernel: kernels.some(({ name }) => name === kernel)
      ? kernel!
      : (kernels[0]?.name ?? '')
  };
}

/**
 * The options of a start, as the server expects them. Throws an error for an invalid number.
 */
export function toStartOptions(
  draft: IStartDraft,
  trans: TranslationBundle
): Clusters.IStartOptions {
  const { kernel, name, profile, size, workers } = draft;
  return {
    profile,
    ...(name && { name }),
    ...(size === 'fixed' && {
      workers: parseCount(workers, trans.__('Workers'), trans)
    }),
    ...(size === 'adaptive' && { adapt: parseBounds(draft, trans) }),
    ...(kernel && { kernel })
  };
}

/**
 * Ask for the options of a new cluster. Null if the user cancels.
 *
 * @param error - The error of a start with this draft.
 */
export async function chooseStart(
  choices: IChoices,
  draft: IStartDraft,
  error: Error | null
): Promise<IStartDraft | null> {
  const { trans } = choices;
  const body = new StartBody(choices, draft, error);
  const { button } = await showDialog({
    title: trans.__('Start a cluster'),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Start') })]
  });
  return button.accept ? body.getValue() : null;
}

class StartBody extends ReactWidget {
  constructor(
    private _choices: IChoices,
    private _draft: IStartDraft,
    private _error: Error | null
  ) {
    super();
    this.addClass('jp-pipeline-start');
  }

  getValue(): IStartDraft {
    return this._draft;
  }

  render(): JSX.Element {
    return (
      <StartForm
        {...this._choices}
        initial={this._draft}
        error={this._error}
        onChange={draft => {
          this._draft = draft;
        }}
      />
    );
  }
}

function StartForm(
  props: IChoices & {
    initial: IStartDraft;
    error: Error | null;
    onChange: (draft: IStartDraft) => void;
  }
): JSX.Element {
  const { error, kernels, onChange, profiles, trans } = props;
  const [draft, setDraft] = React.useState(props.initial);
  const set = (change: Partial<IStartDraft>): void => {
    setDraft({ ...draft, ...change });
    onChange({ ...draft, ...change });
  };
  const profile = profiles.find(({ name }) => name === draft.profile);
  return (
    <>
      {error && <Notice kind="error">{error.message}</Notice>}
      <div
        className="jp-pipeline-profiles"
        role="radiogroup"
        aria-label={trans.__('Profile')}
      >
        {groupProfiles(profiles, trans).map(group => (
          <div key={group.title} role="group" aria-label={group.title}>
            <div className="jp-pipeline-profile-group">{group.title}</div>
            {group.profiles.map(
              ({ cluster_class, description, name, refusal, source }) => (
                <label
                  key={name}
                  className={`jp-pipeline-profile ${refusal ? 'jp-mod-disabled' : ''}`}
                  title={`${cluster_class}\n${source}`}
                >
                  <input
                    type="radio"
                    name="jp-pipeline-profile"
                    value={name}
                    checked={name === draft.profile}
                    disabled={!!refusal}
                    onChange={() => set({ profile: name })}
                  />
                  <span>
                    <span className="jp-pipeline-profile-name">{name}</span>
                    <span className="jp-pipeline-profile-text">
                      {refusal || description}
                    </span>
                  </span>
                </label>
              )
            )}
          </div>
        ))}
      </div>
      <div className="jp-pipeline-field-row">
        <SelectField
          label={trans.__('Size')}
          width="wide"
          name="size"
          value={draft.size}
          choices={[
            ['default', defaultSize(profile, trans)],
            ['fixed', trans.__('Fixed')],
            ['adaptive', trans.__('Adapt to the load')]
          ]}
          onChange={size => set({ size })}
        />
        {draft.size === 'fixed' && (
          <InputField
            label={trans.__('Workers')}
            width="number"
            type="number"
            min={0}
            max={profile?.max_workers ?? undefined}
            value={draft.workers}
            onChange={workers => set({ workers })}
          />
        )}
        {draft.size === 'adaptive' && (
          <BoundsFields
            bounds={draft}
            limit={profile?.max_workers ?? null}
            onChange={set}
            trans={trans}
          />
        )}
      </div>
      <div className="jp-pipeline-field-row">
        <SelectField
          label={trans.__('Environment of the kernel')}
          name="kernel"
          value={draft.kernel}
          choices={kernels.map(({ name, title }) => [name, title] as const)}
          disabled={kernels.length === 0}
          title={trans.__('Scheduler and workers use the packages of this kernel')}
          onChange={kernel => set({ kernel })}
        />
        <InputField
          label={trans.__('Name')}
          placeholder={trans.__('%1-1, or the next free number', draft.profile)}
          value={draft.name}
          onChange={name => set({ name })}
        />
      </div>
      {profile?.max_workers !== null && profile?.max_workers !== undefined && (
        <p className="jp-pipeline-hint">
          {trans._n('At most %1 worker', 'At most %1 workers', profile.max_workers)}
        </p>
      )}
    </>
  );
}

function defaultSize(
  profile: Clusters.IProfile | undefined,
  trans: TranslationBundle
): string {
  if (profile?.adapt) {
    const [minimum, maximum] = profile.adapt;
    return trans.__('As in the profile: %1 to %2 workers', minimum, maximum ?? '∞');
  }
  const workers = profile?.workers ?? null;
  return workers === null
    ? trans.__('As in the profile: the default of its class')
    : trans._n(
        'As in the profile: %1 worker',
        'As in the profile: %1 workers',
        workers
      );
}
