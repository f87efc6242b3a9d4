import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React from 'react';

import type { Clusters } from '../tokens';
import type { DeployModel } from './model';
import { ScheduleFields } from './scheduleFields';

interface IProps {
  model: DeployModel;
  profiles: ReadonlyArray<Clusters.IProfile>;
  trans: TranslationBundle;
}

/**
 * The fields of the dialog.
 */
export function DeployForm(props: IProps): JSX.Element {
  const { model, profiles, trans } = props;
  const { form } = model;
  return (
    <>
      <label className="jp-pipeline-field">
        <span>{trans.__('Name')}</span>
        <input
          name="name"
          type="text"
          className="jp-mod-styled"
          value={form.name}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={!model.nameIsValid}
          aria-describedby="jp-pipeline-name-hint"
          onChange={event => model.update({ name: event.target.value })}
        />
        {!model.nameIsValid && (
          <span id="jp-pipeline-name-hint" className="jp-pipeline-hint jp-mod-bad">
            {trans.__(
              '1 to 63 letters, digits, “.”, “_” or “-”, with a letter or digit at both ends'
            )}
          </span>
        )}
      </label>
      {model.steps > 0 && (
        <label className="jp-pipeline-check">
          <input
            name="whole"
            type="checkbox"
            checked={form.whole}
            onChange={event => model.update({ whole: event.target.checked })}
          />
          <span>
            {trans._n(
              'The marked step of this notebook',
              'All %1 marked steps of this notebook',
              model.steps
            )}
          </span>
        </label>
      )}
      <ScheduleFields {...props} />
      <div className="jp-pipeline-field-row">
        <label className="jp-pipeline-field jp-mod-wide">
          <span>{trans.__('Cluster profile')}</span>
          <HTMLSelect
            aria-label={trans.__('Cluster profile')}
            name="profile"
            value={form.profile}
            onChange={event => model.update({ profile: event.target.value })}
          >
            <option value="">{trans.__('No cluster')}</option>
            {profiles.map(p => (
              <option key={p.name} value={p.name}>
                {p.name}
              </option>
            ))}
          </HTMLSelect>
        </label>
        <label className="jp-pipeline-field jp-mod-number">
          <span>{trans.__('Retries')}</span>
          <input
            name="retries"
            type="number"
            className="jp-mod-styled"
            min={0}
            max={100}
            value={form.retries}
            onChange={event =>
              model.update({ retries: Math.max(0, event.target.valueAsNumber || 0) })
            }
          />
        </label>
      </div>
      <MoreFields {...props} />
    </>
  );
}

/**
 * What most deploys leave as it is.
 */
function MoreFields(props: IProps): JSX.Element {
  const { model, trans } = props;
  const { form } = model;
  return (
    <details className="jp-pipeline-more">
      <summary>{trans.__('More')}</summary>
      <Choice
        label={trans.__('Target')}
        name="target"
        value={form.target}
        choices={[
          ['', trans.__('No target')],
          ['staging', trans.__('Staging')],
          ['production', trans.__('Production')]
        ]}
        onChange={target => model.update({ target })}
      />
      <Choice
        label={trans.__('Packages of the runs')}
        name="environment"
        value={form.environment}
        choices={[
          ['kernel', trans.__('Those of the kernel')],
          ['locked', trans.__('Locked: an environment of their own')]
        ]}
        onChange={environment => model.update({ environment })}
      />
      <Choice
        label={trans.__('Rehearsal')}
        name="rehearse"
        value={form.rehearse}
        choices={[
          ['', trans.__('At the first deploy of a name')],
          ['yes', trans.__('Run it once before it is deployed')],
          ['no', trans.__('None')]
        ]}
        onChange={rehearse => model.update({ rehearse })}
      />
      <label className="jp-pipeline-field">
        <span>{trans.__('Alert')}</span>
        <input
          name="notify"
          type="text"
          className="jp-mod-styled"
          value={form.notify}
          spellCheck={false}
          placeholder={trans.__('Name of an alert, such as team')}
          onChange={event => model.update({ notify: event.target.value.trim() })}
        />
      </label>
    </details>
  );
}

function Choice<T extends string>(props: {
  label: string;
  name: string;
  value: T;
  choices: ReadonlyArray<readonly [T, string]>;
  onChange: (value: T) => void;
}): JSX.Element {
  return (
    <label className="jp-pipeline-field">
      <span>{props.label}</span>
      <HTMLSelect
        aria-label={props.label}
        name={props.name}
        value={props.value}
        onChange={event => props.onChange(event.target.value as T)}
      >
        {props.choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </HTMLSelect>
    </label>
  );
}
