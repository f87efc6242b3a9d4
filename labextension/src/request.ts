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
  const response = await ServerConnection.makeRequest(url, init, settings).catch(
    (error: Error) => {
      throw error instanceof ServerConnection.NetworkError && !signal?.aborted
        ? new PipelineError('The Jupyter server does not answer.', 'NetworkError', 0)
        : error;
    }
  );
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
  const message = describe(status, data, text);
  return new PipelineError(
    message,
    data?.error ?? 'ResponseError',
    status,
    data?.refused ?? [],
    data?.comparison ?? null
  );
}

function describe(status: number, data: any, text: string): string {
  // The errors of the extension have a name.
  if (status === 404 && !data?.error) {
    return (
      'This Jupyter server has no server extension of Jupyter Pipeline, or an older one. ' +
      "Install or upgrade jupyter_pipeline in the server's environment, and restart the server."
    );
  }
  if ((status === 401 || status === 403) && !data?.error) {
    return 'The Jupyter server refuses the request. Reload the page to log in again.';
  }
  const plain = text.trimStart().startsWith('<') ? '' : text.slice(0, 200);
  return data?.message || plain || `The Jupyter server answers with status ${status}.`;
}
