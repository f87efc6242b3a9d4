import type { INotebookContent } from '@jupyterlab/nbformat';
import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import { PipelineError } from '../request';
import * as api from './restapi';
import { DEFAULT_SCHEDULE, toSchedule, type IScheduleForm } from './schedule';

/** Wait this long (milliseconds) after a key was pressed before the server is asked. */
const PAUSE = 350;

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/**
 * What the dialog is filled with.
 */
export interface IForm {
  name: string;
  profile: string;
  retries: number;
  schedule: IScheduleForm;
}

/**
 * The state of the dialog: the form, what it would give, and the deploy.
 */
export class DeployModel implements IDisposable {
  constructor(private options: DeployModel.IOptions) {
    this._form = {
      name: options.name,
      profile: options.profile,
      retries: 0,
      schedule: DEFAULT_SCHEDULE
    };
    this._explainer = new Debouncer(() => this._explain(), PAUSE);
    this._previewer = new Debouncer(() => this._preview(), PAUSE);
    void this._explain();
    void this._preview();
  }

  get form(): Readonly<IForm> {
    return this._form;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** What the schedule means; null for no schedule or while it is unknown. */
  meaning: api.IScheduleMeaning | null = null;

  /** Why the schedule is refused. */
  scheduleError: Error | null = null;

  /** The files a deploy would write. */
  preview: api.IPromoted | null = null;

  /** Why the cell is refused. */
  previewError: PipelineError | Error | null = null;

  /** What was deployed; the dialog is done. */
  result: api.IPromoted | null = null;

  /** Why the deploy failed. */
  deployError: PipelineError | Error | null = null;

  phase: 'editing' | 'deploying' | 'deployed' = 'editing';

  get nameIsValid(): boolean {
    return NAME.test(this._form.name) && !this._form.name.includes('..');
  }

  get scheduleIsComplete(): boolean {
    const { schedule } = this._form;
    return (
      schedule.kind === 'none' || (toSchedule(schedule) !== null && !this.scheduleError)
    );
  }

  get canDeploy(): boolean {
    return (
      this.phase === 'editing' &&
      this.nameIsValid &&
      this.scheduleIsComplete &&
      this.preview !== null &&
      this.previewError === null
    );
  }

  /**
   * Change some of the form; what it gives follows shortly after.
   */
  update(change: Partial<IForm>): void {
    this._form = { ...this._form, ...change };
    this.deployError = null;
    if (change.schedule) {
      this._silently(this._explainer.invoke());
    }
    this._silently(this._previewer.invoke());
    this._changed.emit();
  }

  /**
   * Deploy; what happened is in `result` or `deployError`.
   */
  async deploy(overwrite = false): Promise<void> {
    if (!this.canDeploy) {
      return;
    }
    this.phase = 'deploying';
    this.deployError = null;
    this._changed.emit();
    try {
      const asked = { ...this._promotion(), kernel: this.options.kernel, overwrite };
      this.result = await api.deploy(this.options.serverSettings, asked);
      this.phase = 'deployed';
    } catch (error) {
      this.deployError = error as Error;
      this.phase = 'editing';
    }
    this._emit();
  }

  dispose(): void {
    this._isDisposed = true;
    this._explainer.dispose();
    this._previewer.dispose();
    Signal.clearData(this);
  }

  private _promotion(): api.IPromotion {
    const { name, profile, retries, schedule } = this._form;
    return {
      notebook: this.options.notebook,
      path: this.options.path,
      cell: this.options.cell,
      name,
      ...toSchedule(schedule),
      ...(profile ? { profile } : {}),
      retries
    };
  }

  private async _explain(): Promise<void> {
    const turn = ++this._explained;
    const schedule = toSchedule(this._form.schedule);
    let meaning: api.IScheduleMeaning | null = null;
    let failure: Error | null = null;
    if (schedule) {
      try {
        meaning = await api.explainSchedule(this.options.serverSettings, schedule);
      } catch (error) {
        failure = error as Error;
      }
    }
    if (turn === this._explained) {
      this.meaning = meaning;
      this.scheduleError = failure;
      this._emit();
    }
  }

  private async _preview(): Promise<void> {
    if (!this.nameIsValid || !this.scheduleIsComplete) {
      return;
    }
    const turn = ++this._previewed;
    let preview: api.IPromoted | null = null;
    let failure: Error | null = null;
    try {
      preview = await api.preview(this.options.serverSettings, this._promotion());
    } catch (error) {
      failure = error as Error;
    }
    if (turn === this._previewed) {
      this.preview = preview;
      this.previewError = failure;
      this._emit();
    }
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  /** A debouncer rejects what it drops when it is disposed. */
  private _silently(work: Promise<unknown>): void {
    work.catch(() => undefined);
  }

  private _changed = new Signal<this, void>(this);
  private _explained = 0;
  private _explainer: Debouncer;
  private _form: IForm;
  private _isDisposed = false;
  private _previewed = 0;
  private _previewer: Debouncer;
}

export namespace DeployModel {
  export interface IOptions {
    /** The connection to the Jupyter server. */
    serverSettings: ServerConnection.ISettings;

    /** The notebook as it is in the editor. */
    notebook: INotebookContent;

    /** The path of the notebook. */
    path: string;

    /** The index of the cell. */
    cell: number;

    /** The name of the kernel. */
    kernel?: string;

    /** The first proposal for the name. */
    name: string;

    /** The first proposal for the profile. */
    profile: string;
  }
}

/**
 * A name for a deployment, made from the name of a notebook.
 */
export function proposeName(path: string): string {
  const stem = path.split('/').pop()!.replace(/\.ipynb$/, '');
  const name = stem
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.\.+/g, '.')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
    .replace(/[^A-Za-z0-9]+$/, '')
    .toLowerCase();
  return name || 'pipeline';
}
