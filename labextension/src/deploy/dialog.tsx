import { Dialog } from '@jupyterlab/apputils';
import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Button, closeIcon, ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { LinkButton, Notice } from '../components';
import { formatMoment, formatRelative, shortHash } from '../format';
import type { IRefusal } from '../records';
import { PipelineError } from '../request';
import type { Clusters } from '../tokens';
import { Changes } from './changes';
import { RehearsalComparison } from './comparison';
import { Compute } from './compute';
import { DeployForm } from './form';
import type { DeployModel } from './model';
import { FilePreview } from './preview';

/**
 * The dialog that deploys a cell or a notebook. It stays open during the deploy and shows the result.
 */
export class DeployDialog extends Dialog<null> {
  constructor(options: DeployDialog.IOptions) {
    super({
      title: <Title {...options} close={() => this.reject()} />,
      body: new DeployBody({ ...options, close: () => this.reject() }),
      buttons: [],
      focusNodeSelector: 'input[name="name"]'
    });
    this.addClass('jp-pipeline-deploy-dialog');
    this.model = options.model;
  }

  /**
   * The Enter key deploys from a field, and activates a focused button.
   * Escape closes the dialog wherever the focus is: an element that is removed or disabled moves the focus to the page.
   */
  handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent && event.type === 'keydown') {
      const outside = !this.node.contains(event.target as Node);
      if (event.currentTarget === document && !(outside && event.key === 'Escape')) {
        return;
      }
      const inField = event.target instanceof HTMLInputElement;
      if (event.key === 'Enter' && !inField) {
        return;
      }
      if (event.key.startsWith('Arrow')) {
        return;
      }
    }
    super.handleEvent(event);
  }

  resolve(): void {
    void this.model.deploy();
  }

  dispose(): void {
    this.model.dispose();
    super.dispose();
  }

  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    document.addEventListener('keydown', this, true);
  }

  protected onAfterDetach(msg: Message): void {
    document.removeEventListener('keydown', this, true);
    super.onAfterDetach(msg);
  }

  protected readonly model: DeployModel;
}

export namespace DeployDialog {
  export interface IOptions {
    model: DeployModel;
    profiles: ReadonlyArray<Clusters.IProfile>;
    languages: IEditorLanguageRegistry | null;
    trans: TranslationBundle;

    /** Show a cell of the notebook, by its index. */
    goToCell: (index: number, line: number) => void;
  }
}

/** The title names the deployment that a deploy replaces. The dialog adds no button to a title that changes. */
function Title(props: IBodyOptions): JSX.Element {
  const { close, model, trans } = props;
  return (
    <>
      <UseSignal signal={model.changed}>
        {() => (
          <span>
            {model.existing
              ? trans.__('Update %1', model.existing.deployment)
              : model.cell === null
                ? trans.__('Deploy this notebook')
                : trans.__('Deploy this cell')}
          </span>
        )}
      </UseSignal>
      <Button
        className="jp-Dialog-close-button"
        title={trans.__('Cancel')}
        aria-label={trans.__('Cancel')}
        minimal
        onClick={close}
      >
        <closeIcon.react tag="span" />
      </Button>
    </>
  );
}

interface IBodyOptions extends DeployDialog.IOptions {
  close: () => void;
}

class DeployBody extends ReactWidget {
  constructor(private options: IBodyOptions) {
    super();
    this.addClass('jp-pipeline-deploy');
  }

  render(): JSX.Element {
    const { model } = this.options;
    return (
      <UseSignal signal={model.changed}>
        {() =>
          model.phase === 'deployed' ? (
            <Result {...this.options} />
          ) : (
            <Editing {...this.options} />
          )
        }
      </UseSignal>
    );
  }
}

function Editing(props: IBodyOptions): JSX.Element {
  const { close, languages, model, profiles, trans } = props;
  const deploying = model.phase !== 'editing';
  const recorded = Object.keys(model.preview?.variables ?? {}).sort();
  const edited =
    model.deployError instanceof PipelineError &&
    model.deployError.kind === 'EditedByHandError';
  return (
    <>
      <div className="jp-pipeline-deploy-columns">
        <fieldset disabled={deploying} className="jp-pipeline-deploy-form">
          <DeployForm model={model} profiles={profiles} trans={trans} />
        </fieldset>
        <div className="jp-pipeline-deploy-code">
          {model.previewError ? (
            <Refused {...props} error={model.previewError} />
          ) : model.preview ? (
            <>
              <Changes model={model} trans={trans} />
              {model.preview.notes.map(note => (
                <Notice key={note} kind="info">
                  {note}
                </Notice>
              ))}
              <Compute steps={model.preview.compute} trans={trans} />
              {recorded.length > 0 && (
                <Notice kind="info">
                  {trans.__('Recorded environment variables: %1', recorded.join(', '))}
                </Notice>
              )}
              <FilePreview
                files={model.preview.files}
                languages={languages}
                trans={trans}
              />
            </>
          ) : (
            <p className="jp-pipeline-empty">{trans.__('Reading the notebook…')}</p>
          )}
        </div>
      </div>
      {model.deployError && <Refused {...props} error={model.deployError} />}
      <div className="jp-pipeline-deploy-footer">
        <span
          className="jp-pipeline-hint"
          aria-live="polite"
          title={model.preview?.folder}
        >
          {model.phase === 'starting'
            ? trans.__('Starting Prefect, which takes about half a minute…')
            : deploying
              ? model.preview?.rehearses
                ? trans.__(
                    'Running the pipeline once in a separate process, then deploying…'
                  )
                : trans.__('Writing the files and deploying…')
              : model.preview &&
                !model.previewError &&
                trans.__('Files in %1', shorten(model.preview.folder))}
        </span>
        {deploying && <div className="jp-pipeline-progress" role="progressbar" />}
        <button type="button" className="jp-mod-styled jp-mod-reject" onClick={close}>
          {trans.__('Cancel')}
        </button>
        {edited && (
          <button
            type="button"
            className="jp-mod-styled jp-mod-warn"
            disabled={!model.canDeploy}
            onClick={() => void model.deploy(true)}
          >
            {trans.__('Replace My Edits')}
          </button>
        )}
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept"
          disabled={!model.canDeploy}
          onClick={() =>
            void (model.needsService ? model.startAndDeploy() : model.deploy())
          }
        >
          {deploying
            ? trans.__('Deploying…')
            : model.needsService
              ? trans.__('Start Prefect and Deploy')
              : trans.__('Deploy')}
        </button>
      </div>
    </>
  );
}

function Refused(props: IBodyOptions & { error: Error }): JSX.Element {
  const { close, error, goToCell, model, trans } = props;
  const refusals = error instanceof PipelineError ? error.refusals : [];
  if (error instanceof PipelineError && error.comparison) {
    return (
      <div className="jp-pipeline-differs">
        <Notice kind="error">{error.message.split('\n')[0]}</Notice>
        <RehearsalComparison comparison={error.comparison} trans={trans} />
      </div>
    );
  }
  if (refusals.length === 0) {
    return <Notice kind="error">{error.message}</Notice>;
  }
  const show = (refusal: IRefusal): void => {
    close();
    goToCell(refusal.cell, refusal.line);
  };
  return (
    <div className="jp-pipeline-refusals" role="alert">
      <h3>
        {model.cell === null
          ? trans.__('This notebook cannot be deployed as it is')
          : trans.__('This cell cannot be deployed as it is')}
      </h3>
      <ul>
        {refusals.map((refusal, index) => (
          <li key={index}>
            <div className="jp-pipeline-card-head">
              <code>{refusal.name}</code>
              <span className="jp-pipeline-hint">
                {refusal.cell === model.cell
                  ? trans.__('line %1', refusal.line)
                  : model.cell === null
                    ? trans.__('line %1 of cell %2', refusal.line, refusal.cell + 1)
                    : trans.__('line %1 of another cell', refusal.line)}
              </span>
              <LinkButton onClick={() => show(refusal)}>
                {trans.__('Go to cell')}
              </LinkButton>
            </div>
            <p>{sentence(refusal.reason)}</p>
            <p className="jp-pipeline-hint">{sentence(refusal.fix)}</p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Result(props: IBodyOptions): JSX.Element {
  const { close, model, trans } = props;
  const result = model.result!;
  const next = result.deployment?.next_run ?? result.next_runs[0] ?? null;
  const button = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => button.current?.focus(), []);
  return (
    <>
      <div className="jp-pipeline-result" role="status">
        <h3>
          {trans.__('%1 is deployed', result.deployment?.name ?? model.form.name)}
        </h3>
        <dl>
          <dt>{trans.__('Next run')}</dt>
          <dd>
            {next === null
              ? trans.__('When you run it (no schedule)')
              : `${formatMoment(next)} (${formatRelative(next, Date.now() / 1000, trans)})`}
          </dd>
          <dt>{trans.__('Version')}</dt>
          <dd>
            <code>{shortHash(result.version)}</code>
          </dd>
          <dt>{trans.__('Code')}</dt>
          <dd>
            <code>{result.folder}</code>
            <div className="jp-pipeline-hint">
              {result.written.length > 0
                ? trans.__('Written: %1', result.written.join(', '))
                : trans.__('The files were up to date.')}
            </div>
          </dd>
          {result.alerts.length > 0 && <dt>{trans.__('Alerts')}</dt>}
          {result.alerts.map(alert => (
            <dd key={alert.name}>
              {alert.delivered
                ? trans.__(
                    '%1: a canary arrived after %2 s',
                    alert.name,
                    alert.seconds.toFixed(1)
                  )
                : trans.__('%1 was not delivered: %2', alert.name, alert.reason)}
            </dd>
          ))}
        </dl>
        {result.comparison && (
          <RehearsalComparison comparison={result.comparison} trans={trans} />
        )}
      </div>
      <div className="jp-pipeline-deploy-footer">
        {result.deployment?.url && (
          <a
            className="jp-pipeline-link"
            href={result.deployment.url}
            target="_blank"
            rel="noopener noreferrer"
          >
            {trans.__('Open in Prefect')}
          </a>
        )}
        <button
          ref={button}
          type="button"
          className="jp-mod-styled jp-mod-accept"
          onClick={close}
        >
          {trans.__('Done')}
        </button>
      </div>
    </>
  );
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** The folder relative to the folder of the notebook. */
function shorten(folder: string): string {
  return folder.split('/').slice(-2).join('/');
}
