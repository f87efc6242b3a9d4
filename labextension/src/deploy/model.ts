import type { INotebookContent } from '@jupyterlab/nbformat';
import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Debouncer } from '@lumino/polling';
import { Signal, type ISignal } from '@lumino/signaling';

import type { IDeployed, IDeployedOptions } from '../records';
import { PipelineError } from '../request';
import {
  changedFiles,
  compareOptions,
  deploymentName,
  toForm,
  type IChange
} from './deployed';
import {
  fetchOptions,
  filled,
  withoutField,
  type IOption,
  type IOptionsSchema,
  type OptionValue
} from './options';
import * as api from './restapi';
import {
  DEFAULT_SCHEDULE,
  toSchedule,
  type ISchedule,
  type IScheduleForm
} from './schedule';

/** Delay (milliseconds) between the last change of the form and the request for a preview. */
const PAUSE = 350;

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/**
 * The values of the form.
 */
export interface IForm {
  name: string;
  profile: string;
  retries: number;
  schedule: IScheduleForm;

  /** True to deploy all marked cells as the steps of one pipeline, instead of this cell. */
  whole: boolean;

  /** True to make one step of the whole notebook. */
  oneStep: boolean;

  /** The values of the other options, by name. */
  options: { readonly [name: string]: OptionValue | undefined };
}

/**
 * The state of the dialog: the form, the preview, and the deploy.
 */
export class DeployModel implements IDisposable {
  constructor(private options: DeployModel.IOptions) {
    this.steps = countSteps(options.notebook);
    this._form = {
      name: options.name,
      profile: options.profile,
      retries: 0,
      schedule: DEFAULT_SCHEDULE,
      whole: isMarked(options.notebook.cells[options.cell ?? -1]),
      oneStep: false,
      options: {}
    };
    if (options.deployed) {
      this._remember(options.deployed, options.name);
      const [first] = options.deployed;
      if (first && (first.here || first.name === options.name)) {
        this._use(first);
      }
    }
    this.deployedError = options.deployedError ?? null;
    this._debouncer = new Debouncer(() => this._requestPreview(), PAUSE);
    void this._requestPreview();
  }

  get form(): Readonly<IForm> {
    return this._form;
  }

  /** The index of the cell; null for the whole notebook. */
  get cell(): number | null {
    return this.options.cell;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The number of cells that are marked as steps or checks. */
  readonly steps: number;

  /** The description of the schedule; null for no schedule or before the first response. */
  meaning: api.IScheduleDescription | null = null;

  /** The reason why the schedule is refused. */
  scheduleError: Error | null = null;

  /** The result of the dry run. */
  preview: IDeployed | null = null;

  /** The reason why the cell is refused. */
  previewError: PipelineError | Error | null = null;

  /** The result of the deploy. */
  result: IDeployed | null = null;

  /** The reason why the deploy failed. */
  deployError: PipelineError | Error | null = null;

  /** The deployment whose values are in the form; null for none. */
  used: IDeployedOptions | null = null;

  /** The reason why the values of deployments are not known. */
  deployedError: Error | null = null;

  /** The deployment that a deploy replaces; null for none. */
  get existing(): IDeployedOptions | null {
    const name = deploymentName(this._form.name, this._form.options.target);
    return this._known.get(name) ?? null;
  }

  /** The deployments whose values the form can take: the one of this name, and the others of this cell. */
  get offers(): ReadonlyArray<IDeployedOptions> {
    return [...this._known.values()].filter(
      each =>
        each.options !== null &&
        each !== this.used &&
        (each === this.existing || (each.here && !this.existing))
    );
  }

  /** The options that a deploy changes; null if the deployed ones are not known. */
  get optionChanges(): ReadonlyArray<IChange> | null {
    const before = this.existing?.options;
    return before ? compareOptions(before, this._optionValues()) : null;
  }

  /** The names of the files that a deploy changes. */
  get changedFiles(): string[] {
    const { preview } = this;
    return preview ? changedFiles(preview.server_changes ?? preview.changes) : [];
  }

  /** The JSON Schemas of the options, by name. */
  get properties(): IOptionsSchema['properties'] {
    return this._schema?.properties ?? {};
  }

  /**
   * Replace the values of the form by the values of a deployment.
   */
  useDeployed(deployed: IDeployedOptions): void {
    this._use(deployed);
    this.update({});
  }

  phase: 'editing' | 'starting' | 'deploying' | 'deployed' = 'editing';

  /** The options that have no field of their own. */
  get moreOptions(): ReadonlyArray<readonly [string, IOption]> {
    return withoutField(this._schema);
  }

  /**
   * Fetch the schema of the options; without it, the form has the first fields only.
   */
  async loadOptions(): Promise<void> {
    [this._schema] = await settle(fetchOptions(this.options.serverSettings));
    this._emit();
  }

  /** True if the deploy needs the Prefect service, and the dialog can start it. */
  get needsService(): boolean {
    return (
      !!this.options.startService &&
      this.deployError instanceof PipelineError &&
      this.deployError.kind === 'ApiUnreachableError'
    );
  }

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
      this._looked.has(this._form.name) &&
      this.preview !== null &&
      this.previewError === null
    );
  }

  /**
   * Change values of the form. A new preview follows.
   */
  update(change: Partial<IForm>): void {
    this._form = { ...this._form, ...change };
    this.deployError = null;
    // A disposed debouncer rejects its pending call.
    this._debouncer.invoke().catch(() => undefined);
    this._changed.emit();
  }

  /**
   * Start the Prefect service, then deploy.
   */
  async startAndDeploy(): Promise<void> {
    this.phase = 'starting';
    this.deployError = null;
    this._changed.emit();
    try {
      await this.options.startService?.();
      this.phase = 'editing';
    } catch (error) {
      this.deployError = error as Error;
      this.phase = 'editing';
      this._emit();
      return;
    }
    await this.deploy();
  }

  /**
   * Deploy, and set `result` or `deployError`.
   */
  async deploy(overwrite = false): Promise<void> {
    if (!this.canDeploy) {
      return;
    }
    this.phase = 'deploying';
    this.deployError = null;
    this._changed.emit();
    try {
      const asked = { ...this._values(), kernel: this.options.kernel, overwrite };
      this.result = await api.deploy(
        this.options.serverSettings,
        asked,
        this._abort.signal
      );
      this.phase = 'deployed';
      this.options.onDeployed?.();
    } catch (error) {
      this.deployError = error as Error;
      this.phase = 'editing';
    }
    this._emit();
  }

  /**
   * Dispose of the model, and cancel a running deploy. The server completes it or changes nothing.
   */
  dispose(): void {
    this._isDisposed = true;
    this._abort.abort();
    this._debouncer.dispose();
    Signal.clearData(this);
  }

  private _values(): api.IDeployOptions {
    const { cell } = this.options;
    return {
      notebook: this.options.notebook,
      path: this.options.path,
      name: this._form.name,
      ...(cell === null || this._form.whole ? {} : { cell }),
      ...this._optionValues()
    };
  }

  /** The options of the form, by name. */
  private _optionValues(): { [name: string]: unknown } {
    const { oneStep, profile, retries, schedule, options } = this._form;
    return {
      ...(retries ? { retries } : {}),
      ...filled(options),
      ...(this.cell === null ? { all: true } : {}),
      ...(this.cell === null && oneStep ? { one_step: true } : {}),
      ...(this.scheduleError ? {} : toSchedule(schedule)), // the preview shows the code without it
      ...(profile ? { profile } : {})
    };
  }

  private _remember(deployed: ReadonlyArray<IDeployedOptions>, name: string): void {
    deployed.forEach(each => this._known.set(each.deployment, each));
    this._looked.add(name);
  }

  private _use(deployed: IDeployedOptions): void {
    this.used = deployed;
    this._form = toForm(deployed, this._form);
    if (this.steps > 1 && deployed.here && this.cell !== null) {
      this._form = { ...this._form, whole: deployed.cells.length > 1 };
    }
  }

  /** Find the deployments of the name in the form. */
  private async _lookUp(): Promise<void> {
    const { name } = this._form;
    if (this._looked.has(name)) {
      return;
    }
    const { cell, notebook, path, serverSettings } = this.options;
    const [found, error] = await settle(
      api.deployed(serverSettings, {
        notebook,
        path,
        name,
        ...(cell === null ? {} : { cell })
      })
    );
    // An earlier answer must not replace a deployment that the form has taken.
    const fresh = (found ?? []).filter(each => !this._known.has(each.deployment));
    this._remember(fresh, name);
    this.deployedError = error;
  }

  /**
   * Request a preview. Responses to earlier requests are ignored.
   */
  private async _requestPreview(): Promise<void> {
    const turn = ++this._turn;
    const { serverSettings } = this.options;
    const schedule = toSchedule(this._form.schedule);
    const isDescribed = schedule && this._form.schedule.kind !== 'deployed';
    const [meaning, scheduleError] = isDescribed
      ? await settle(api.explainSchedule(serverSettings, schedule as ISchedule))
      : [null, null];
    if (turn !== this._turn) {
      return;
    }
    this.meaning = meaning;
    this.scheduleError = scheduleError;
    this._emit();
    if (!this.nameIsValid) {
      return;
    }
    const [[preview, previewError]] = await Promise.all([
      settle(api.preview(serverSettings, this._values())),
      this._lookUp()
    ]);
    if (turn === this._turn) {
      this.preview = preview;
      this.previewError = previewError;
      this._emit();
    }
  }

  private _emit(): void {
    if (!this._isDisposed) {
      this._changed.emit();
    }
  }

  private _abort = new AbortController();
  private _debouncer: Debouncer;
  private _changed = new Signal<this, void>(this);
  private _form: IForm;
  private _isDisposed = false;
  private _known = new Map<string, IDeployedOptions>();
  private _looked = new Set<string>();
  private _schema: IOptionsSchema | null = null;
  private _turn = 0;
}

export namespace DeployModel {
  export interface IOptions {
    /** The connection to the Jupyter server. */
    serverSettings: ServerConnection.ISettings;

    /** The notebook in the editor. */
    notebook: INotebookContent;

    /** The path of the notebook. */
    path: string;

    /** The index of the cell; null for the whole notebook. */
    cell: number | null;

    /** The name of the kernel. */
    kernel?: string;

    /** The initial name. */
    name: string;

    /** Called after the deploy. */
    onDeployed?: () => void;

    /** Starts the Prefect service. */
    startService?: () => Promise<void>;

    /** The deployments of the cell and of the initial name, the first one first in the form. */
    deployed?: ReadonlyArray<IDeployedOptions>;

    /** The reason why `deployed` is absent. */
    deployedError?: Error | null;

    /** The initial profile. */
    profile: string;
  }
}

async function settle<T>(work: Promise<T>): Promise<[T, null] | [null, Error]> {
  try {
    return [await work, null];
  } catch (error) {
    return [null, error as Error];
  }
}

/** A cell that is marked as a step or a check: by its first line, a tag, or its metadata. */
function isMarked(cell: INotebookContent['cells'][number] | undefined): boolean {
  const tags = (cell?.metadata.tags ?? []) as string[];
  const settings = (cell?.metadata.jupyter_pipeline ?? {}) as object;
  return (
    cell?.cell_type === 'code' &&
    (/^\s*%%(step|check)\b/.test([cell.source].flat().join('')) ||
      tags.some(tag => /^(step|check)(:|$)/.test(tag)) ||
      'step' in settings ||
      'check' in settings)
  );
}

/** The number of marked steps; cells with the same name are one step. */
function countSteps(notebook: INotebookContent): number {
  const names = notebook.cells
    .filter(isMarked)
    .map((cell, index) => markedName(cell) || `${index}`);
  return new Set(names).size;
}

/** The name of the step that a cell is marked with; empty without a name. */
function markedName(cell: INotebookContent['cells'][number]): string {
  const source = [cell.source].flat().join('');
  const settings = (cell.metadata.jupyter_pipeline ?? {}) as Record<string, unknown>;
  const tag = ((cell.metadata.tags ?? []) as string[]).find(each =>
    /^(step|check):/.test(each)
  );
  return (
    /^\s*%%(?:step|check)[ \t]+(\S+)/.exec(source)?.[1] ??
    String(settings.step ?? settings.check ?? tag?.replace(/^\w+:/, '') ?? '')
  );
}

/**
 * A name for a deployment, made from the name of a notebook.
 */
export function proposeName(path: string): string {
  const stem = path
    .split('/')
    .pop()!
    .replace(/\.ipynb$/, '');
  const name = stem
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '') // accents
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/\.\.+/g, '.')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
    .replace(/[^A-Za-z0-9]+$/, '')
    .toLowerCase();
  return name || 'pipeline';
}

/**
 * The profile of the cluster that a notebook starts or attaches to; empty for none.
 */
export function proposeProfile(
  notebook: INotebookContent,
  clusters: ReadonlyArray<{ readonly name: string; readonly profile: string }>
): string {
  const code = notebook.cells
    .filter(cell => cell.cell_type === 'code')
    .map(cell => [cell.source].flat().join(''))
    .join('\n');
  const [, verb, name] =
    /^\s*(?:\w+\s*=\s*)?%cluster\s+(start|attach)\s+([\w.-]+)/m.exec(code) ?? [];
  return verb === 'attach'
    ? (clusters.find(cluster => cluster.name === name)?.profile ?? '')
    : (name ?? '');
}
