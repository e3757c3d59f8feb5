// The clipboard, where the page may write it.

/**
 * @param {HTMLElement} near An element of the widget, so that the older way works in a shadow root too.
 * @param {string} text
 * @returns {Promise<boolean>} Whether it was copied.
 */
export async function copyText(near, text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyOld(near, text);
  }
}

/**
 * The way for pages that came over plain HTTP.
 * @param {HTMLElement} near
 * @param {string} text
 */
function copyOld(near, text) {
  const area = document.createElement("textarea");
  area.className = "sn-unseen";
  area.setAttribute("aria-hidden", "true");
  area.value = text;
  const root = near.getRootNode();
  const before = root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
  near.append(area);
  area.select();
  let copied = false;
  try {
    copied = document.execCommand("copy");
  } catch {
    copied = false;
  }
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
