// Unpacks the browser into TMPDIR.
import chromium from "@sparticuz/chromium";
await chromium.executablePath();
