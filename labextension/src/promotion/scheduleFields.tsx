import type { TranslationBundle } from '@jupyterlab/translation';
import { HTMLSelect } from '@jupyterlab/ui-components';
import React from 'react';

import type { DeployModel } from './model';
import { timezones, type IScheduleForm } from './schedule';

interface IProps {
  model: DeployModel;
  trans: TranslationBundle;
}

/**
 * When it runs, and what that means in words.
 */
export function ScheduleFields(props: IProps): JSX.Element {
  const { model, trans } = props;
  const { schedule } = model.form;
  const change = (part: Partial<IScheduleForm>): void =>
    model.update({ schedule: { ...schedule, ...part } });
  const { kind } = schedule;
  return (
    <>
      <div className="jp-pipeline-field-row">
        <label className="jp-pipeline-field jp-mod-wide">
          <span>{trans.__('Schedule')}</span>
          <HTMLSelect
            aria-label={trans.__('Schedule')}
            name="schedule"
            value={kind}
            onChange={event =>
              change({ kind: event.target.value as IScheduleForm['kind'] })
            }
          >
            <option value="none">{trans.__('None: run it by hand')}</option>
            <option value="hourly">{trans.__('Every hour')}</option>
            <option value="daily">{trans.__('Every day')}</option>
            <option value="weekdays">{trans.__('Every weekday')}</option>
            <option value="weekly">{trans.__('Every week')}</option>
            <option value="cron">{trans.__('Cron expression')}</option>
            <option value="every">{trans.__('Interval')}</option>
          </HTMLSelect>
        </label>
        {kind === 'weekly' && (
          <label className="jp-pipeline-field">
            <span>{trans.__('Day')}</span>
            <HTMLSelect
              aria-label={trans.__('Day')}
              name="day"
              value={schedule.day}
              onChange={event => change({ day: Number(event.target.value) })}
            >
              {[1, 2, 3, 4, 5, 6, 0].map(day => (
                <option key={day} value={day}>
                  {weekday(day)}
                </option>
              ))}
            </HTMLSelect>
          </label>
        )}
        {kind === 'hourly' && (
          <label className="jp-pipeline-field jp-mod-number">
            <span>{trans.__('Minute')}</span>
            <input
              name="minute"
              type="number"
              className="jp-mod-styled"
              min={0}
              max={59}
              value={Number(schedule.time.split(':')[1])}
              onChange={event =>
                change({ time: `00:${pad(event.target.valueAsNumber || 0)}` })
              }
            />
          </label>
        )}
        {['daily', 'weekdays', 'weekly'].includes(kind) && (
          <label className="jp-pipeline-field jp-mod-number">
            <span>{trans.__('Time')}</span>
            <input
              name="time"
              type="time"
              className="jp-mod-styled"
              value={schedule.time}
              onChange={event => change({ time: event.target.value })}
            />
          </label>
        )}
        {kind === 'cron' && (
          <label className="jp-pipeline-field">
            <span>{trans.__('Cron')}</span>
            <input
              name="cron"
              type="text"
              className="jp-mod-styled jp-mod-code"
              value={schedule.cron}
              spellCheck={false}
              placeholder="0 6 * * *"
              aria-invalid={!!model.scheduleError}
              onChange={event => change({ cron: event.target.value })}
            />
          </label>
        )}
        {kind === 'every' && (
          <label className="jp-pipeline-field">
            <span>{trans.__('Every')}</span>
            <input
              name="every"
              type="text"
              className="jp-mod-styled jp-mod-code"
              value={schedule.every}
              placeholder="15m"
              aria-invalid={!!model.scheduleError}
              onChange={event => change({ every: event.target.value })}
            />
          </label>
        )}
      </div>
      {kind !== 'none' && (
        <>
          <label className="jp-pipeline-field">
            <span>{trans.__('Time zone')}</span>
            <input
              name="timezone"
              type="text"
              className="jp-mod-styled"
              list="jp-pipeline-timezones"
              value={schedule.timezone}
              spellCheck={false}
              onChange={event => change({ timezone: event.target.value })}
            />
            <datalist id="jp-pipeline-timezones">
              {timezones().map(zone => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </label>
          <NextRuns model={model} trans={trans} />
        </>
      )}
    </>
  );
}

function NextRuns(props: {
  model: DeployModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const { meaning, scheduleError } = model;
  return (
    <div className="jp-pipeline-next" aria-live="polite">
      {scheduleError ? (
        <span className="jp-pipeline-hint jp-mod-bad">{scheduleError.message}</span>
      ) : meaning ? (
        <>
          <strong>{meaning.description}</strong>
          <ol aria-label={trans.__('The next five runs')}>
            {meaning.next_runs.map(run => (
              <li key={run.time}>{run.text}</li>
            ))}
          </ol>
        </>
      ) : (
        <span className="jp-pipeline-hint">…</span>
      )}
    </div>
  );
}

/** 2 January 2000 was a Sunday. */
function weekday(day: number): string {
  return new Date(2000, 0, 2 + day).toLocaleDateString(undefined, { weekday: 'long' });
}

function pad(minute: number): string {
  return String(Math.min(59, Math.max(0, minute))).padStart(2, '0');
}
