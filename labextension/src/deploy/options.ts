import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../request';

/** The value of an option in the form. */
export type OptionValue = string | number | boolean | ReadonlyArray<string>;

/**
 * The JSON Schema of one option of a deploy.
 */
export interface IOption {
  readonly title: string;
  readonly description: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly enum?: ReadonlyArray<string>;
  readonly default?: OptionValue;
  readonly minimum?: number;
  readonly maximum?: number;

  /** The part of the form. */
  readonly 'x-group': string;

  /** The name of the value in the usage of the command line. */
  readonly 'x-metavar'?: string;
}

/**
 * The JSON Schema of the options of a deploy.
 */
export interface IOptionsSchema {
  readonly properties: { readonly [name: string]: IOption };
}

/** Options that the dialog shows as separate fields or as buttons. */
const SHOWN_SEPARATELY = new Set(['profile', 'retries', 'dry_run', 'overwrite']);

/**
 * Fetch the options of a deploy.
 */
export const fetchOptions = (
  settings: ServerConnection.ISettings
): Promise<IOptionsSchema> => request(settings, 'GET', ['options']);

/**
 * The options that have no field of their own.
 */
export function withoutField(
  schema: IOptionsSchema | null
): ReadonlyArray<readonly [string, IOption]> {
  return Object.entries(schema?.properties ?? {}).filter(
    ([name, option]) => option['x-group'] !== 'schedule' && !SHOWN_SEPARATELY.has(name)
  );
}

/**
 * The values to send: without empty ones, and without the empty lines of lists.
 */
export function filled(options: { readonly [name: string]: OptionValue | undefined }): {
  [name: string]: OptionValue;
} {
  const values: { [name: string]: OptionValue } = {};
  for (const [name, value] of Object.entries(options)) {
    const kept = Array.isArray(value)
      ? value.map(line => line.trim()).filter(line => line)
      : value;
    if (kept !== undefined && !(Array.isArray(kept) && kept.length === 0)) {
      values[name] = kept;
    }
  }
  return values;
}
