import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React from 'react';

interface IField {
  label: string;

  /** The width, as a modifier of the style: `wide` or `number`. */
  width?: 'wide' | 'number';
}

/**
 * A choice with its label.
 */
export function SelectField<T extends string>(
  props: IField & {
    name: string;
    value: T;

    /** The values and their texts. */
    choices: ReadonlyArray<readonly [T, string]>;
    disabled?: boolean;

    /** The text of the tooltip. */
    title?: string;
    onChange: (value: T) => void;
  }
): JSX.Element {
  return (
    <label className={className(props)} title={props.title}>
      <span>{props.label}</span>
      <HTMLSelect
        aria-label={props.label}
        name={props.name}
        value={props.value}
        disabled={props.disabled}
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

/**
 * An input with its label. Other properties go to the input.
 */
export function InputField(
  props: IField & {
    code?: boolean;
    onChange: (value: string) => void;
    children?: React.ReactNode;
  } & Omit<React.InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'width'>
): JSX.Element {
  const { label, width, code, onChange, children, ...input } = props;
  return (
    <label className={className({ label, width })}>
      <span>{label}</span>
      <input
        {...input}
        className={`jp-mod-styled ${code ? 'jp-mod-code' : ''}`}
        spellCheck={false}
        onChange={event => onChange(event.target.value)}
      />
      {children}
    </label>
  );
}

/**
 * The whole number in an input. An empty input is an error: it would count as zero.
 */
export function parseCount(
  text: string,
  label: string,
  trans: TranslationBundle
): number {
  if (!/^\d+$/.test(text.trim())) {
    throw new Error(trans.__('Enter a whole number: %1.', label));
  }
  return Number(text);
}

function className({ width }: IField): string {
  return `jp-pipeline-field ${width ? `jp-mod-${width}` : ''}`;
}
