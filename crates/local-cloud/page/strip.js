const strip = document.currentScript.parentElement;
const code = strip.querySelector("output");
const codes = strip.dataset.codes.split(" ");
const until = performance.now() + Number(strip.dataset.next);
strip.querySelector("button").onclick = () => {
  const late = performance.now() - until;
  code.textContent = codes[late > 0 ? 1 + Math.floor(late / 30000) : 0] ?? "reload this page";
  const field = document.getElementById("code");
  field.value = code.textContent;
  field.focus();
};
