// The template's size against what a cluster takes: in words, and as a small gauge of three parts, one a limit.

import { element, sizeWords } from "./dom.js";

/** @typedef {{ limits: number[], words: string }} Gauge As sizes.py words it. */

/**
 * @param {number} size
 * @param {string} level
 * @param {Gauge} gauge
 */
export function sizeGauge(size, level, gauge) {
  const made = element("span", `sn-gauge ${level ? `sn-level-${level}` : ""}`);
  const meter = element("span", "sn-gauge-parts");
  meter.setAttribute("role", "meter");
  meter.setAttribute("aria-label", "Size of the template");
  meter.setAttribute("aria-valuemin", "0");
  meter.setAttribute("aria-valuemax", String(gauge.limits[gauge.limits.length - 1]));
  meter.setAttribute("aria-valuenow", String(Math.min(size, gauge.limits[gauge.limits.length - 1])));
  meter.setAttribute("aria-valuetext", `${sizeWords(size)}, ${gauge.words}`);
  let from = 0;
  for (const limit of gauge.limits) {
    const part = element("span", "sn-gauge-part");
    const fill = element("span", "sn-gauge-fill");
    fill.style.inlineSize = `${100 * Math.min(1, Math.max(0, (size - from) / (limit - from)))}%`;
    part.append(fill);
    meter.append(part);
    from = limit;
  }
  made.append(meter, element("span", "sn-gauge-words", gauge.words));
  return made;
}
