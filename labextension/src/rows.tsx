import { caretDownIcon, caretRightIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
// Keeps the elements of rows that move, and measures their heights; react-window 2 identifies rows by their index.
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import React from 'react';

import type { Actions } from './actions';
import { ErrorText } from './errors';
import { openMenu, type IMenuCommand, type MenuEntry } from './menu';
import { splitName } from './names';

/** Height (pixels) of a collapsed row. */
const ROW_HEIGHT = 30;

/** True on a touch screen, where the actions of all rows are visible. */
const NO_HOVER = matchMedia('(hover: none)').matches;

/** Rows outside the view that are rendered, so that scrolling shows no gaps. */
const OVERSCAN = 6;

export type Tone = 'good' | 'busy' | 'bad' | 'warn' | 'off';

/**
 * Render again when one of the signals is emitted, and at intervals for texts such as "5 min ago".
 */
export function useSignals(...signals: ISignal<unknown, unknown>[]): void {
  const [, render] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    signals.forEach(signal => signal.connect(render));
    const timer = setInterval(render, 30_000);
    return () => {
      signals.forEach(signal => signal.disconnect(render));
      clearInterval(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the array is new in each call, its signals are not
  }, signals);
}

/**
 * A list that renders only the rows in view. Arrow keys move between the rows; only the current row is in the tab order.
 */
export function RowList<T>(props: {
  items: ReadonlyArray<T>;
  keyOf: (item: T) => string;
  renderRow: (item: T, focus: IRowFocus) => JSX.Element;
  /** The element that scrolls. */
  scroller: HTMLElement;
  label: string;
  /** True if the rows show the last known state. */
  stale: boolean;
}): JSX.Element {
  const { items, keyOf, label, renderRow, scroller } = props;
  const [current, setCurrent] = React.useState('');
  const list = React.useRef<HTMLDivElement>(null);
  const hasFocus = React.useRef(false);
  const moved = React.useRef(false);
  const found = items.findIndex(item => keyOf(item) === current);
  const last = React.useRef(0);
  const active = found >= 0 ? found : Math.min(last.current, items.length - 1);
  last.current = Math.max(active, 0);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: index => keyOf(items[index]),
    overscan: OVERSCAN,
    useFlushSync: false,
    scrollMargin: list.current?.offsetTop ?? 0,
    // The row in the tab order must exist.
    rangeExtractor: range =>
      [
        ...new Set([...defaultRangeExtractor(range), ...(active >= 0 ? [active] : [])])
      ].sort((a, b) => a - b)
  });
  const focus = (index: number): void => {
    const to = Math.max(0, Math.min(items.length - 1, index));
    moved.current = true;
    setCurrent(keyOf(items[to]));
    virtualizer.scrollToIndex(to);
  };
  React.useEffect(() => {
    // After a move by keys, and after the focused row has vanished.
    const row = list.current?.querySelector<HTMLElement>(
      '[data-row-focus][tabindex="0"]'
    );
    if (
      moved.current ||
      (hasFocus.current && document.activeElement === document.body)
    ) {
      moved.current = false;
      row?.focus();
    }
  });
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (!(event.target as HTMLElement).hasAttribute('data-row-focus')) {
      return;
    }
    const steps: { [key: string]: number } = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      Home: 0,
      End: items.length - 1
    };
    if (event.key in steps) {
      event.preventDefault();
      focus(steps[event.key]);
    }
  };
  return (
    <div
      ref={list}
      role="list"
      aria-label={label}
      className={`jp-pipeline-rows ${props.stale ? 'jp-mod-stale' : ''}`}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={onKeyDown}
      onFocus={() => {
        hasFocus.current = true;
      }}
      onBlur={({ relatedTarget, target }) => {
        // An element that is removed loses the focus to none.
        queueMicrotask(() => {
          hasFocus.current = relatedTarget === null && !target.isConnected;
        });
      }}
    >
      {virtualizer.getVirtualItems().map(({ index, key, start }) => (
        <div
          key={key}
          role="listitem"
          aria-setsize={items.length}
          aria-posinset={index + 1}
          data-index={index}
          ref={virtualizer.measureElement}
          style={{
            transform: `translateY(${start - virtualizer.options.scrollMargin}px)`
          }}
          onFocus={() => setCurrent(String(key))}
        >
          <MemoRow
            item={items[index]}
            tabIndex={index === active ? 0 : -1}
            renderRow={renderRow as (item: unknown, focus: IRowFocus) => JSX.Element}
          />
        </div>
      ))}
    </div>
  );
}

/** A row that is rendered for changes of its data or of the list, but not while the list scrolls. */
const MemoRow = React.memo(
  (props: {
    item: unknown;
    tabIndex: 0 | -1;
    renderRow: (item: unknown, focus: IRowFocus) => JSX.Element;
  }): JSX.Element => props.renderRow(props.item, { tabIndex: props.tabIndex })
);

/**
 * The properties of the focusable elements of a row.
 */
export interface IRowFocus {
  tabIndex: 0 | -1;
}

/**
 * The figure at the end of a row.
 */
export interface IFigure {
  text: string;
  /** The text in a narrow sidebar. */
  short?: string;
  title?: string;
  tone?: Tone;
}

/**
 * One row: an icon, the name, the state, a figure, the main action and a menu with all actions. A click on the name
 * shows the details.
 */
export function Row(props: {
  /** The key of the row's actions. */
  id: string;
  name: string;
  icon: LabIcon;
  tone: Tone;
  state: string;
  figure: IFigure | null;
  action: IMenuCommand & { icon: LabIcon; label: string };
  menu: ReadonlyArray<MenuEntry>;
  /** A message below the row. */
  message?: React.ReactNode;
  details: () => React.ReactNode;
  expanded: boolean;
  onToggle: () => void;
  actions: Actions;
  commands: CommandRegistry;
  focus: IRowFocus;
  /** True if the server does not answer: the state is the last known one. */
  stale: boolean;
  trans: TranslationBundle;
  data: { [attribute: `data-${string}`]: string };
}): JSX.Element {
  const { action, actions, commands, expanded, figure, focus, id, name, trans } = props;
  const [isHovered, setIsHovered] = React.useState(false);
  const busy = actions.isBusy(id);
  const error = actions.error(id);
  const run = (act: () => Promise<unknown>): void => actions.run(id, act);
  const popUp = (source: HTMLElement, x: number, y: number): void => {
    if (!props.stale) {
      openMenu({ commands, entries: props.menu, run, source, x, y });
    }
  };
  const [head, tail] = splitName(name);
  const Caret = expanded ? caretDownIcon : caretRightIcon;
  return (
    <div
      className={`jp-pipeline-row ${expanded ? 'jp-mod-expanded' : ''}`}
      aria-busy={busy}
      {...props.data}
    >
      <div
        className="jp-pipeline-row-line"
        onPointerEnter={() => setIsHovered(true)}
        onPointerLeave={() => setIsHovered(false)}
        onContextMenu={event => {
          if (event.shiftKey) {
            return; // the menu of the browser
          }
          event.preventDefault();
          event.stopPropagation();
          const row = event.currentTarget;
          const source = row.querySelector<HTMLElement>('[data-row-focus]')!;
          const { left, bottom } = row.getBoundingClientRect();
          const byKey = event.clientX === 0 && event.clientY === 0;
          popUp(source, byKey ? left : event.clientX, byKey ? bottom : event.clientY);
        }}
      >
        <button
          type="button"
          className={`jp-pipeline-row-name ${tail ? '' : 'jp-mod-short'}`}
          aria-expanded={expanded}
          aria-label={name}
          title={name}
          tabIndex={focus.tabIndex}
          data-row-focus=""
          onClick={props.onToggle}
          onKeyDown={event => {
            if (event.key === (expanded ? 'ArrowLeft' : 'ArrowRight')) {
              props.onToggle();
            }
          }}
        >
          <Icon icon={Caret} className="jp-pipeline-caret" />
          <Icon icon={props.icon} className={`jp-pipeline-icon jp-mod-${props.tone}`} />
          <bdi className="jp-pipeline-name">
            <span className="jp-pipeline-name-head">{head}</span>
            {tail && <span className="jp-pipeline-name-tail">{tail}</span>}
          </bdi>
        </button>
        <span className="jp-pipeline-row-end">
          {busy && <span className="jp-pipeline-busy" />}
          <span
            className={`jp-pipeline-state jp-mod-${props.tone}`}
            title={props.state}
          >
            {props.state}
          </span>
          {figure && (
            <span
              className={`jp-pipeline-figure jp-mod-${figure.tone ?? 'off'}`}
              title={figure.title ?? figure.text}
            >
              <span className={figure.short ? 'jp-pipeline-long' : ''}>
                {figure.text}
              </span>
              {figure.short && (
                <span className="jp-pipeline-short" aria-hidden>
                  {figure.short}
                </span>
              )}
            </span>
          )}
        </span>
        {(isHovered || focus.tabIndex === 0 || NO_HOVER) && (
          <span className="jp-pipeline-row-actions">
            <RowButton
              icon={action.icon}
              label={action.label}
              disabled={props.stale || !commands.isEnabled(action.command, action.args)}
              focus={focus}
              onClick={() => run(() => commands.execute(action.command, action.args))}
            />
            <RowButton
              icon={ellipsesIcon}
              label={trans.__('Actions of %1', name)}
              disabled={props.stale}
              focus={focus}
              onClick={event => {
                const { left, bottom } = event.currentTarget.getBoundingClientRect();
                popUp(event.currentTarget, left, bottom);
              }}
            />
          </span>
        )}
      </div>
      {props.message}
      {error && (
        <ErrorText
          text={error.message}
          trans={trans}
          onDismiss={() => actions.dismissError(id)}
        />
      )}
      {expanded && <div className="jp-pipeline-details">{props.details()}</div>}
    </div>
  );
}

/** An icon without the style sheet that `LabIcon.react` computes for each element. */
function Icon(props: { icon: LabIcon; className: string }): JSX.Element {
  return (
    <span
      aria-hidden
      className={props.className}
      dangerouslySetInnerHTML={{ __html: props.icon.svgstr }}
    />
  );
}

function RowButton(props: {
  icon: LabIcon;
  label: string;
  disabled: boolean;
  focus: IRowFocus;
  onClick: (event: React.MouseEvent<HTMLElement>) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      className="jp-pipeline-icon-button"
      title={props.label}
      aria-label={props.label}
      disabled={props.disabled}
      tabIndex={props.focus.tabIndex}
      onClick={props.onClick}
    >
      <Icon icon={props.icon} className="jp-pipeline-icon" />
    </button>
  );
}

/**
 * The facts of an expanded row; empty values are left out.
 */
export function Facts(props: {
  facts: ReadonlyArray<readonly [string, React.ReactNode]>;
}): JSX.Element {
  return (
    <dl className="jp-pipeline-facts">
      {props.facts
        .filter(([, value]) => value !== null && value !== '' && value !== false)
        .map(([term, value]) => (
          <React.Fragment key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

/**
 * The line that opens a group of rows.
 */
export function GroupLine(props: {
  label: string;
  expanded: boolean;
  focus: IRowFocus;
  onToggle: () => void;
}): JSX.Element {
  const Caret = props.expanded ? caretDownIcon : caretRightIcon;
  return (
    <div className="jp-pipeline-row jp-mod-group">
      <div className="jp-pipeline-row-line">
        <button
          type="button"
          className="jp-pipeline-row-name"
          aria-expanded={props.expanded}
          tabIndex={props.focus.tabIndex}
          data-row-focus=""
          onClick={props.onToggle}
        >
          <Icon icon={Caret} className="jp-pipeline-caret" />
          <span className="jp-pipeline-name">{props.label}</span>
        </button>
      </div>
    </div>
  );
}
