/** Texts that attack a page: each must be shown as it is and do nothing. */
export const hostile: readonly string[] = [
  "</script><script>window.broken = 1; alert(1)</script>",
  '<img src=x onerror="window.broken = 2"><svg onload=alert(2)>',
  "line\u2028separator\u2029paragraph <!-- <script> -->",
  "bidi \u202Egnp.exe\u202C zero\u200Bwidth \u0007bell \u001B[31mred\u001B[0m \u0000nul",
  "lone surrogate \uD800 and `${window.broken = 3}` & &lt;b&gt; ]]> \r\n done",
  `ten thousand ${"characters ".repeat(1000)}`.slice(0, 10_000),
];
