// Unpacks the browser where there is none yet, and prints where it lies.
import chromium from "@sparticuz/chromium";
console.log(await chromium.executablePath());
