// Draws every [data-chart] from the JSON inside it. ECharts is fetched only when a page has a chart.
(() => {
  "use strict";

  const source = document.currentScript.dataset.echarts;
  const drawn = new Map();
  let loading;

  const load = () => (loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  }));

  // CSS knows the colours of light and dark; a probe turns light-dark() into the one that applies now.
  const probe = document.createElement("i");
  const colour = (name) => {
    probe.style.color = `var(--y-${name})`;
    return getComputedStyle(probe).color;
  };

  const money = (unit) => unit.startsWith("money:") && unit.slice(6);
  // How many of the smallest unit make one of a currency, as the server has it: 100 fen, 1 yen.
  const minorUnits = (unit) => {
    const currency = money(unit);
    return currency ? 10 ** new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits : 1;
  };
  // An axis has no step that its words cannot tell: no half yen, no half person.
  const smallestStep = (unit, most) => (money(unit) ? Math.max(1, minorUnits(unit) / 10) : unit !== "ratio" && most === 0 ? 1 : 0);
  const writer = (unit, most, language, short) => {
    const currency = money(unit);
    const style = currency ? { style: "currency", currency } : unit === "ratio" ? { style: "percent" } : {};
    const scale = minorUnits(unit);
    const digits = short ? { notation: "compact", maximumFractionDigits: 1 } : { maximumFractionDigits: currency ? Math.log10(scale) : most };
    const format = new Intl.NumberFormat(language, { ...style, ...digits });
    return (value) => (value === null || value === undefined || value === "-" || Number.isNaN(value) ? "–" : format.format(value / scale));
  };

  // Names stand where they collide with nothing: below the x axis, above the y axis.
  const placeName = (axis, isX) => (isX
    ? { nameLocation: "middle", nameGap: 26, nameTextStyle: {} }
    : { nameLocation: axis.inverse ? "start" : "end", nameGap: 12, nameTextStyle: { align: "left" } });

  // On a narrow picture words stand in several lines, so that neither they nor the bars are cut off.
  const broken = (axis, isX, width) => axis.type === "category" && !isX && width < 480 ? { width: Math.round(width * 0.34), overflow: "break", lineHeight: 15 } : {};

  const dressAxis = (axis, isX, look, write, width, step) => {
    const { nameTextStyle, ...place } = placeName(axis, isX);
    return {
      ...place,
      nameTextStyle: { color: look.muted, ...nameTextStyle },
      axisLine: { show: axis.type === "category", lineStyle: { color: look.line } },
      axisTick: { show: false },
      splitLine: { show: axis.type === "value", lineStyle: { color: look.line } },
      ...(axis.type === "value" && step ? { minInterval: step } : {}),
      ...axis,
      axisLabel: { color: look.muted, hideOverlap: true, ...(axis.type === "value" ? { formatter: write } : {}), ...broken(axis, isX, width), ...axis.axisLabel },
    };
  };

  const interval = (look) => (params, api) => {
    const place = api.value(1);
    const [low, middle, high] = [api.coord([api.value(2), place]), api.coord([api.value(0), place]), api.coord([api.value(3), place])];
    const stroke = { stroke: look.palette[0], lineWidth: 2, fill: "none" };
    const cap = ([x, y]) => ({ type: "line", shape: { x1: x, x2: x, y1: y - 5, y2: y + 5 }, style: stroke });
    return {
      type: "group",
      children: [
        { type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] }, style: stroke },
        cap(low), cap(high),
        { type: "circle", shape: { cx: middle[0], cy: middle[1], r: 5 }, style: { fill: look.palette[0] } },
      ],
    };
  };

  // The way to a point whose time is not over is dashed: a line cannot change its stroke, so gaps are laid over it.
  const unfinished = (data, look) => {
    const at = (place) => ({ coord: [place, data[place]?.value ?? data[place]] });
    const ends = [at(data.length - 2), at(data.length - 1)];
    if (data.length < 2 || ends.some(({ coord }) => typeof coord[1] !== "number")) return {};
    const gaps = { color: look.surface, type: [3, 5], width: 4, opacity: 1 };
    return { markLine: { silent: true, animation: false, symbol: "none", label: { show: false }, lineStyle: gaps, data: [ends] } };
  };

  const dressSeries = (series, look, write) => {
    const dressed = { ...series };
    if (series.draw === "interval") {
      dressed.renderItem = interval(look);
      dressed.tooltip = { valueFormatter: undefined, formatter: (item) => `${item.name}\n${write(item.value[0])}  (${write(item.value[2])} … ${write(item.value[3])})` };
      dressed.markLine = { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: look.muted, type: "dashed" }, data: [{ xAxis: 0 }] };
    }
    if (series.draw === "band") dressed.areaStyle = { color: look.palette[0], opacity: 0.16 };
    if (series.draw) dressed.itemStyle = { color: look.palette[0], ...series.itemStyle };
    if (series.draw === "band" || series.draw === "bandEdge") dressed.tooltip = { show: false };
    if (series.type === "line" && !series.draw) Object.assign(dressed, { lineStyle: { width: 2 }, symbol: "circle", symbolSize: 6 });
    if (series.isOpen) Object.assign(dressed, unfinished(series.data, look));
    if (series.type === "heatmap") Object.assign(dressed, { label: { color: look.ink, ...series.label }, itemStyle: { borderColor: look.surface, borderWidth: 2 } });
    else if (series.label) dressed.label = { color: look.ink, ...series.label };
    return dressed;
  };

  const dress = ({ options, unit, digits, language }, width) => {
    const look = { ink: colour("ink"), muted: colour("muted"), line: colour("line"), surface: colour("surface"), palette: [1, 2, 3, 4, 5, 6].map((place) => colour(`chart-${place}`)) };
    const fontFamily = getComputedStyle(document.body).fontFamily;
    const write = writer(unit, digits, language, false);
    const short = writer(unit, digits, language, true);
    const step = smallestStep(unit, digits);
    const hasItems = options.series.some((series) => ["heatmap", "custom"].includes(series.type));
    const dressed = {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 250,
      color: look.palette,
      textStyle: { fontFamily, color: look.ink },
      grid: { left: 4, right: 20, top: options.legend ? 30 : 6, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "all" },
      ...options,
      tooltip: {
        trigger: hasItems ? "item" : "axis", renderMode: "richText", confine: true, valueFormatter: write,
        backgroundColor: look.surface, borderColor: look.line, textStyle: { fontFamily, color: look.ink, fontSize: 13 },
        axisPointer: { type: "line", lineStyle: { color: look.muted } }, ...options.tooltip,
      },
      xAxis: dressAxis(options.xAxis, true, look, short, width, step),
      yAxis: dressAxis(options.yAxis, false, look, short, width, step),
      series: options.series.map((series) => dressSeries(series, look, write)),
    };
    if (options.legend) dressed.legend = { top: 0, right: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, textStyle: { color: look.muted, fontFamily }, ...options.legend };
    if (options.visualMap) dressed.visualMap = { ...options.visualMap, inRange: { color: [colour("heat-low"), colour("heat-high")] } };
    return dressed;
  };

  const draw = (place) => {
    const data = JSON.parse(place.querySelector("script[type='application/json']").textContent);
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(dress(data, place.clientWidth));
    // The same links stand in the table of numbers, for whoever uses no mouse.
    chart.on("click", ({ data: item }) => { if (item?.url?.startsWith("/")) location.assign(item.url); });
    new ResizeObserver(() => chart.resize()).observe(place);
    drawn.set(place, { chart, data });
  };

  const drawAll = async (root) => {
    const places = [...(root.matches?.("[data-chart]") ? [root] : []), ...root.querySelectorAll("[data-chart]")];
    if (!places.some((place) => !drawn.has(place))) return;
    document.body.append(probe);
    probe.hidden = true;
    await load();
    for (const place of places) if (!drawn.has(place) && place.isConnected) draw(place);
  };

  const redraw = () => {
    for (const [place, { chart, data }] of drawn) {
      if (place.isConnected) chart.setOption(dress(data, place.clientWidth), { notMerge: true });
      else { chart.dispose(); drawn.delete(place); }
    }
  };

  document.addEventListener("theme:changed", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));
  drawAll(document);
})();
