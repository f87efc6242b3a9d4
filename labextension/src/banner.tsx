import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { LinkButton } from './components';
import { formatRelative } from './format';
import type { IPolled } from './tokens';

/**
 * One message for all sections if the server does not answer, with the age of the data that are shown.
 */
export class Banner extends ReactWidget {
  constructor(private _trans: TranslationBundle) {
    super();
    this.addClass('jp-pipeline-banner');
    this.hide();
  }

  /**
   * Add the data of a section.
   */
  add(polled: IPolled): void {
    this._polled.push(polled);
    polled.changed.connect(this._onChanged, this);
  }

  dispose(): void {
    clearInterval(this._timer);
    super.dispose();
  }

  render(): JSX.Element {
    const failed = this._polled.filter(({ failure }) => failure !== null);
    const messages = [...new Set(failed.map(({ failure }) => failure!.message))];
    const times = failed.flatMap(({ updated }) => (updated === null ? [] : [updated]));
    return (
      <div className="jp-pipeline-notice jp-mod-warning" role="status">
        <div className="jp-pipeline-notice-text">
          {times.length > 0 && (
            <strong>{describeAge(Math.min(...times), this._trans)}</strong>
          )}
          {messages.map(message => (
            <div key={message} dir="auto">
              {message}
            </div>
          ))}
        </div>
        <LinkButton onClick={() => failed.forEach(polled => void polled.refresh())}>
          {this._trans.__('Retry')}
        </LinkButton>
      </div>
    );
  }

  private _onChanged(): void {
    const isFailing = this._polled.some(({ failure }) => failure !== null);
    this.setHidden(!isFailing);
    clearInterval(this._timer);
    if (isFailing) {
      this._timer = setInterval(() => this.isVisible && this.update(), 1000);
      this.update();
    }
  }

  private _polled: IPolled[] = [];
  private _timer: ReturnType<typeof setInterval> | undefined;
}

/**
 * The age of data that may be out of date.
 *
 * @param updated - Time of the last successful request in seconds since the epoch.
 */
export function describeAge(updated: number, trans: TranslationBundle): string {
  return trans.__('Last known %1', formatRelative(updated, Date.now() / 1000, trans));
}
