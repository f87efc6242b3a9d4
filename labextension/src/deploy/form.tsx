import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { InputField, SelectField } from '../fields';
import type { Clusters } from '../tokens';
import { Origin } from './changes';
import type { DeployModel } from './model';
import { OptionFields } from './optionFields';
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
      <InputField
        label={trans.__('Name')}
        name="name"
        type="text"
        value={form.name}
        autoComplete="off"
        aria-invalid={!model.nameIsValid}
        aria-describedby="jp-pipeline-name-hint"
        onChange={name => model.update({ name })}
      >
        {!model.nameIsValid && (
          <span id="jp-pipeline-name-hint" className="jp-pipeline-hint jp-mod-bad">
            {trans.__(
              '1 to 63 letters, digits, “.”, “_” or “-”, with a letter or digit at both ends'
            )}
          </span>
        )}
      </InputField>
      <Origin model={model} trans={trans} />
      {model.cell === null ? (
        <label className="jp-pipeline-check">
          <input
            name="one-step"
            type="checkbox"
            checked={form.oneStep}
            onChange={event => model.update({ oneStep: event.target.checked })}
          />
          <span>{trans.__('One step, instead of a step for each section')}</span>
        </label>
      ) : (
        model.steps > 0 && (
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
        )
      )}
      <ScheduleFields {...props} />
      <div className="jp-pipeline-field-row">
        <SelectField
          label={trans.__('Cluster profile')}
          width="wide"
          name="profile"
          value={form.profile}
          choices={[
            ['', trans.__('No cluster')],
            ...profiles.map(p => [p.name, p.name] as const),
            // A select without the value would show the first choice.
            ...(form.profile && !profiles.some(p => p.name === form.profile)
              ? [[form.profile, trans.__('%1 (not found here)', form.profile)] as const]
              : [])
          ]}
          onChange={profile => model.update({ profile })}
        />
        <InputField
          label={trans.__('Retries')}
          width="number"
          name="retries"
          type="number"
          min={0}
          max={100}
          value={form.retries}
          onChange={text => model.update({ retries: Math.max(0, Number(text) || 0) })}
        />
      </div>
      <OptionFields model={model} trans={trans} />
    </>
  );
}
