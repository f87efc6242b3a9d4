import { ServerConnection } from '@jupyterlab/services';

/**
 * One request that a fake server got.
 */
export interface IAsked {
  method: string;
  path: string;
  body: any;
}

/**
 * A server in this process: `answer` gives status and body for each request, which are kept in `asked`.
 */
export class FakeServer {
  constructor(answer: (asked: IAsked) => [number, unknown]) {
    this.answer = answer;
    this.settings = ServerConnection.makeSettings({
      baseUrl: 'http://localhost/base/',
      Request: FakeRequest as any,
      fetch: async (request: any) => this._handle(request.url, request.init)
    });
  }

  answer: (asked: IAsked) => [number, unknown];
  readonly asked: IAsked[] = [];
  readonly settings: ServerConnection.ISettings;

  private _handle(url: string, init: RequestInit): Response {
    const { pathname, search } = new URL(url);
    const asked = {
      method: init.method ?? 'GET',
      // JupyterLab appends the time, so that no cache answers.
      path:
        pathname.replace('/base/jupyter-pipeline/', '') +
        search.replace(/[?&]\d+$/, ''),
      body: init.body ? JSON.parse(init.body as string) : undefined
    };
    this.asked.push(asked);
    const [status, body] = this.answer(asked);
    return {
      ok: status < 400,
      status,
      text: async () =>
        typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
    } as Response;
  }
}

/** What `ServerConnection` needs of a request; jsdom has none. */
class FakeRequest {
  constructor(
    readonly url: string,
    readonly init: RequestInit
  ) {}

  readonly headers = Object.assign(new Map<string, string>(), {
    append(this: Map<string, string>, key: string, value: string): void {
      this.set(key, value);
    }
  });
}
