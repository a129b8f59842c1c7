/** Makes buttons of role `tab` work: by click and by arrow keys. `opened` is told the id of the panel. */
export function tabsIn(list: HTMLElement, opened: (panel: string) => void): void {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>('[role=tab]')];
  const panelOf = (tab: Element): string => tab.getAttribute('aria-controls')!;
  function open(chosen: HTMLButtonElement): void {
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      document.getElementById(panelOf(tab))!.hidden = tab !== chosen;
    }
    opened(panelOf(chosen));
  }
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => open(tab));
    tab.addEventListener('keydown', ({ key }) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[key];
      if (to === undefined) return;
      const next = tabs.at(to % tabs.length)!;
      next.focus();
      open(next);
    });
  });
}
