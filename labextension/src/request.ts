import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { IRefusal, IRehearsalComparison } from './records';

/**
 * An error from the server, with a message for the user.
 */
export class PipelineError extends Error {
  constructor(
    message: string,
    readonly kind: string,
    readonly status: number,
    readonly refusals: ReadonlyArray<IRefusal> = [],
    /** The comparison of a rehearsal that refuses a deploy. */
    readonly comparison: IRehearsalComparison | null = null
  ) {
    super(message);
    this.name = kind;
  }
}

/**
 * Call a route of the server extension.
 *
 * @param settings - The connection to the Jupyter server.
 * @param method - The HTTP method.
 * @param parts - The parts of the address below `jupyter-pipeline/`; each is escaped.
 * @param body - Sent as JSON, if given.
 * @param query - Parameters of the address.
 * @param signal - Cancels the request, and its work on the server.
 * @returns The response, or undefined for an empty one.
 */
export async function request<T>(
  settings: ServerConnection.ISettings,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  parts: string[],
  body?: unknown,
  query: { [key: string]: string } = {},
  signal?: AbortSignal
): Promise<T> {
  const url =
    URLExt.join(
      settings.baseUrl,
      'jupyter-pipeline',
      ...parts.map(part => encodeURIComponent(part))
    ) + URLExt.objectToQueryString(query);
  const init: RequestInit = { method, signal };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
  }
  const response = await ServerConnection.makeRequest(url, init, settings);
  const text = await response.text();
  const data = parse(text);
  if (!response.ok) {
    throw toError(response.status, data, text);
  }
  return data as T;
}

function parse(text: string): any {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function toError(status: number, data: any, text: string): PipelineError {
  const message =
    data?.message || text.slice(0, 200) || `The Jupyter server answered ${status}.`;
  return new PipelineError(
    message,
    data?.error ?? 'ResponseError',
    status,
    data?.refused ?? [],
    data?.comparison ?? null
  );
}
