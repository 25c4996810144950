// Draws power and current of a post as they come, from when the page was opened. The figures stand beside it in words.
"use strict";
(() => {
  const HEIGHT = 160;
  const MOST = 1800; // of a second each
  const at = [], kw = [], amperes = [];
  let plot = null;

  const language = document.documentElement.lang;

  const options = (figure, place) => {
    const style = getComputedStyle(figure);
    const color = (name) => style.getPropertyValue(name).trim();
    const quiet = {stroke: color("--quiet"), grid: {stroke: color("--line"), width: 1}, ticks: {show: false}};
    const timeZone = figure.dataset.zone;
    const words = {timeStyle: "medium", hourCycle: "h23", timeZone};
    const clock = (second) => new Date(second * 1000).toLocaleTimeString(language, words);
    const upTo = (least) => (u, low, high) => [0, Math.max(high ?? 0, least)];
    return {
      width: place.clientWidth, height: HEIGHT, legend: {show: false}, cursor: {show: false},
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), timeZone),
      scales: {kw: {range: upTo(1)}, a: {range: upTo(6)}},
      series: [
        {},
        {scale: "kw", stroke: color("--charging"), width: 2, points: {show: false}},
        {scale: "a", stroke: color("--quiet"), width: 1, dash: [6, 4], points: {show: false}},
      ],
      axes: [
        {...quiet, space: 90, values: (u, ticks) => ticks.map(clock)},
        {...quiet, scale: "kw", size: 36, space: 24},
        {...quiet, scale: "a", side: 1, size: 36, space: 24, grid: {show: false}},
      ],
    };
  };

  const take = () => {
    const figure = document.getElementById("live-curve");
    const now = document.getElementById("post")?.dataset;
    if (!figure || !window.uPlot || !now?.at) return;
    const second = Number(now.at) / 1000;
    if (at.length && second <= at[at.length - 1]) return;
    at.push(second);
    kw.push(Number(now.powerW) / 1000);
    amperes.push(Number(now.currentMa) / 1000);
    for (const each of [at, kw, amperes]) each.splice(0, Math.max(0, each.length - MOST));
    figure.hidden = false;
    if (plot) plot.setData([at, kw, amperes]);
    else plot = new uPlot(options(figure, figure.firstElementChild), [at, kw, amperes], figure.firstElementChild);
  };

  const stream = document.querySelector("[data-live]");
  if (stream) stream.addEventListener("htmx:sse:after:message", take);
  window.addEventListener("resize", () => {
    if (plot) plot.setSize({width: plot.root.parentElement.clientWidth, height: HEIGHT});
  });
  take();
})();
