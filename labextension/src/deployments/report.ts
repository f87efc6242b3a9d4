import { IFrame, MainAreaWidget, ToolbarButton } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { downloadIcon, refreshIcon } from '@jupyterlab/ui-components';

import { logsIcon } from '../icons';

/**
 * The id of the tab with the report of a run.
 */
export const reportId = (run: string): string => `jp-pipeline-report-${run}`;

/**
 * The address of the report of a run.
 */
export function reportUrl(
  settings: ServerConnection.ISettings,
  run: string,
  format: 'html' | 'notebook'
): string {
  const address = URLExt.join(
    settings.baseUrl,
    'jupyter-pipeline/runs',
    encodeURIComponent(run),
    'report'
  );
  return address + URLExt.objectToQueryString({ format });
}

/**
 * Create a tab with the report of a run.
 *
 * Outputs are code of anyone whose data the notebook shows. So the frame has a separate origin:
 * without `allow-same-origin`, it cannot act for the user.
 */
export function createReport(
  settings: ServerConnection.ISettings,
  run: string,
  name: string,
  trans: TranslationBundle
): MainAreaWidget<IFrame> {
  const content = new IFrame({ sandbox: ['allow-scripts', 'allow-popups'] });
  const load = (): void => {
    // Another address makes the browser load the page again.
    content.url = `${reportUrl(settings, run, 'html')}&time=${Date.now()}`;
  };
  load();
  const widget = new MainAreaWidget({ content });
  widget.id = reportId(run);
  widget.title.label = trans.__('Report: %1', name);
  widget.title.icon = logsIcon;
  widget.title.closable = true;
  content.node.querySelector('iframe')?.setAttribute('title', widget.title.label);
  widget.toolbar.addItem(
    'refresh',
    new ToolbarButton({
      icon: refreshIcon,
      tooltip: trans.__('Show the outputs until now'),
      onClick: load
    })
  );
  widget.toolbar.addItem(
    'download',
    new ToolbarButton({
      icon: downloadIcon,
      tooltip: trans.__('Download the executed notebook'),
      onClick: () => {
        window.open(reportUrl(settings, run, 'notebook'), '_blank', 'noopener');
      }
    })
  );
  return widget;
}
