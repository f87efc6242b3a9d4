import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { InputField, SelectField } from '../fields';
import type { DeployModel } from './model';
import { timezones, type IScheduleForm } from './schedule';

interface IProps {
  model: DeployModel;
  trans: TranslationBundle;
}

/**
 * The fields of the schedule, with its description and its next runs.
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
        <SelectField
          label={trans.__('Schedule')}
          width="wide"
          name="schedule"
          value={kind}
          choices={[
            ['none', trans.__('None: run manually')],
            ['hourly', trans.__('Every hour')],
            ['daily', trans.__('Every day')],
            ['weekdays', trans.__('Every weekday')],
            ['weekly', trans.__('Every week')],
            ['cron', trans.__('Cron expression')],
            ['every', trans.__('Interval')],
            ...(schedule.deployed
              ? [['deployed', trans.__('As deployed')] as const]
              : [])
          ]}
          onChange={chosen => change({ kind: chosen })}
        />
        {kind === 'weekly' && (
          <SelectField
            label={trans.__('Day')}
            name="day"
            value={String(schedule.day)}
            choices={[1, 2, 3, 4, 5, 6, 0].map(
              day => [String(day), weekday(day)] as const
            )}
            onChange={day => change({ day: Number(day) })}
          />
        )}
        {kind === 'hourly' && (
          <InputField
            label={trans.__('Minute')}
            width="number"
            name="minute"
            type="number"
            min={0}
            max={59}
            value={Number(schedule.time.split(':')[1])}
            onChange={minute => change({ time: `00:${pad(Number(minute) || 0)}` })}
          />
        )}
        {['daily', 'weekdays', 'weekly'].includes(kind) && (
          <InputField
            label={trans.__('Time')}
            width="number"
            name="time"
            type="time"
            value={schedule.time}
            onChange={time => change({ time })}
          />
        )}
        {kind === 'cron' && (
          <InputField
            label={trans.__('Cron')}
            name="cron"
            type="text"
            code
            value={schedule.cron}
            placeholder="0 6 * * *"
            aria-invalid={!!model.scheduleError}
            onChange={cron => change({ cron })}
          />
        )}
        {kind === 'every' && (
          <InputField
            label={trans.__('Every')}
            name="every"
            type="text"
            code
            value={schedule.every}
            placeholder="15m"
            aria-invalid={!!model.scheduleError}
            onChange={every => change({ every })}
          />
        )}
      </div>
      {kind === 'deployed' && <DeployedSchedules model={model} trans={trans} />}
      {kind !== 'none' && kind !== 'deployed' && (
        <>
          <InputField
            label={trans.__('Time zone')}
            name="timezone"
            type="text"
            list="jp-pipeline-timezones"
            value={schedule.timezone}
            onChange={timezone => change({ timezone })}
          >
            <datalist id="jp-pipeline-timezones">
              {timezones().map(zone => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </InputField>
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

/** Schedules that the fields cannot describe, in words, with the next runs of all. */
function DeployedSchedules({ model, trans }: IProps): JSX.Element {
  return (
    <div className="jp-pipeline-next" aria-live="polite">
      {model.preview?.schedules.map(text => (
        <div key={text}>
          <strong>{text}</strong>
        </div>
      ))}
      <ol aria-label={trans.__('The next five runs')}>
        {model.preview?.next_runs_text.map(text => (
          <li key={text}>{text}</li>
        ))}
      </ol>
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
