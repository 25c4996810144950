// Draws a charge's power curve so that one can read it off by touch. The server's SVG stands where this does not run.
"use strict";
(() => {
  const HEIGHT = 112;
  const SHORTEST_S = 600;
  let plot = null;

  const language = document.documentElement.lang;

  const options = (figure, read) => {
    // The hours of the post, as all other times on the page.
    const timeZone = figure.dataset.zone;
    const words = {timeStyle: "short", hourCycle: "h23", timeZone};
    const clock = (at) => new Date(at * 1000).toLocaleTimeString(language, words);
    const style = getComputedStyle(figure);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = {stroke: color("--quiet"), grid: {stroke: color("--line"), width: 1}, ticks: {show: false}};
    const start = Number(figure.dataset.start) / 1000;
    return {
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), timeZone),
      width: figure.clientWidth, height: HEIGHT, legend: {show: false}, cursor: {y: false, drag: {x: false, y: false}},
      scales: {
        x: {range: (u, low, high) => [start, Math.max(high ?? 0, start + SHORTEST_S)]},
        y: {range: () => [0, Number(document.getElementById("curve").dataset.top) / 1000]},
      },
      series: [{}, {stroke: color("--charging"), width: 2, points: {show: false}}],
      axes: [{...axis, space: 80, values: (u, ticks) => ticks.map(clock)}, {...axis, size: 32, space: 24}],
      hooks: {setCursor: [(u) => {
        const at = u.cursor.idx;
        const kw = at == null ? null : u.data[1][at];
        read.textContent = kw == null ? "" : `${clock(u.data[0][at])}: ${kw.toLocaleString(language)}\u00a0kW`;
      }]},
    };
  };

  const draw = () => {
    const figure = document.getElementById("curve");
    const place = document.getElementById("plot");
    if (!figure || !place || !window.uPlot) return;
    const points = JSON.parse(figure.dataset.points);
    const data = [points.map(([at]) => at / 1000), points.map(([, w]) => w / 1000)];
    if (plot && plot.root.isConnected) { plot.setData(data); return; }
    const read = document.createElement("p");
    read.className = "small read";
    plot = new uPlot(options(figure, read), data, place);
    place.append(read);
  };

  const stream = document.querySelector("[data-live]");
  if (stream) stream.addEventListener("htmx:sse:after:message", draw);
  window.addEventListener("resize", () => {
    if (plot) plot.setSize({width: plot.root.parentElement.clientWidth, height: HEIGHT});
  });
  draw();
})();
