import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { InputField, SelectField } from '../fields';
import type { DeployModel } from './model';
import type { IOption, OptionValue } from './options';

interface IProps {
  model: DeployModel;
  trans: TranslationBundle;
}

/**
 * The options of a deploy that have no field of their own, rendered from their JSON Schema.
 */
export function OptionFields({ model, trans }: IProps): JSX.Element | null {
  const options = model.moreOptions;
  // Deployed values must be in view.
  const isSet = Object.values(model.form.options).some(value => value !== undefined);
  const [opened] = React.useState(isSet);
  if (options.length === 0) {
    return null;
  }
  return (
    <details className="jp-pipeline-more" open={opened || undefined}>
      <summary>{trans.__('More')}</summary>
      {options.map(([name, option]) => (
        <OptionField
          key={name}
          name={name}
          option={option}
          value={model.form.options[name]}
          trans={trans}
          onChange={value =>
            model.update({ options: { ...model.form.options, [name]: value } })
          }
        />
      ))}
    </details>
  );
}

/**
 * One option. An empty field leaves the value to the server.
 */
function OptionField(props: {
  name: string;
  option: IOption;
  value: OptionValue | undefined;
  trans: TranslationBundle;
  onChange: (value: OptionValue | undefined) => void;
}): JSX.Element {
  const { name, option, value, trans, onChange } = props;
  const label = trans.__(option.title);
  const hint = trans.__(option.description);
  if (option.type === 'boolean' && option.default !== undefined) {
    return (
      <label className="jp-pipeline-check" title={hint}>
        <input
          name={name}
          type="checkbox"
          checked={value === true}
          onChange={event => onChange(event.target.checked || undefined)}
        />
        <span>{label}</span>
      </label>
    );
  }
  if (option.type === 'boolean') {
    return (
      <SelectField
        label={label}
        title={hint}
        name={name}
        value={value === undefined ? '' : value ? 'yes' : 'no'}
        choices={[
          ['', trans.__('Automatic')],
          ['yes', trans.__('Yes')],
          ['no', trans.__('No')]
        ]}
        onChange={choice => onChange(choice ? choice === 'yes' : undefined)}
      />
    );
  }
  if (option.enum) {
    const choices = option.enum.map(each => [each, trans.__(each)] as const);
    return (
      <SelectField
        label={label}
        title={hint}
        name={name}
        value={String(value ?? option.default ?? '')}
        choices={option.default ? choices : [['', trans.__('None')], ...choices]}
        onChange={choice => onChange(choice || undefined)}
      />
    );
  }
  if (option.type === 'array') {
    return (
      <label className="jp-pipeline-field" title={hint}>
        <span>{trans.__('%1 (one per line)', label)}</span>
        <textarea
          className="jp-mod-styled"
          name={name}
          rows={2}
          spellCheck={false}
          placeholder={option['x-metavar']}
          value={((value as string[] | undefined) ?? []).join('\n')}
          onChange={event =>
            onChange(event.target.value ? event.target.value.split('\n') : undefined)
          }
        />
      </label>
    );
  }
  const isNumber = option.type === 'integer' || option.type === 'number';
  return (
    <InputField
      label={label}
      title={hint}
      name={name}
      type={isNumber ? 'number' : 'text'}
      min={option.minimum}
      max={option.maximum}
      step={option.type === 'number' ? 'any' : undefined}
      placeholder={String(option.default ?? option['x-metavar'] ?? '')}
      value={String(value ?? '')}
      onChange={text =>
        onChange(text === '' ? undefined : isNumber ? Number(text) : text)
      }
    />
  );
}
