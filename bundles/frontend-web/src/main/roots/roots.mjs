// Writes the certification authorities that Mozilla trusts, as Node has them, in the form of TrustAnchors.java:
//   node roots.mjs > roots.bin
import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";

/** Where the value of the DER element at `at` begins and ends. */
function element(der, at) {
  const first = der[at + 1];
  const many = first < 0x80 ? 0 : first & 0x7f;
  const length = many === 0 ? first : der.readUIntBE(at + 2, many);
  return { from: at + 2 + many, to: at + 2 + many + length };
}

/** The subject of a certificate, in DER: the sixth field after its version. */
function subject(der) {
  const signed = element(der, element(der, 0).from);
  let at = element(der, signed.from).to;
  for (let field = 0; field < 4; field++) {
    at = element(der, at).to;
  }
  return der.subarray(at, element(der, at).to);
}

const sized = (bytes) => [Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes];

export const anchors = Buffer.concat(rootCertificates.map((pem) => new X509Certificate(pem))
  .sort((one, other) => one.fingerprint256 < other.fingerprint256 ? -1 : 1)
  .flatMap((root) => {
    const day = Buffer.alloc(4);
    day.writeInt32BE(Math.floor(Date.parse(root.validTo) / 86_400_000));
    return [day, ...sized(subject(root.raw)), ...sized(root.publicKey.export({ type: "spki", format: "der" }))];
  }));

if (process.argv[1] === import.meta.filename) {
  process.stdout.write(anchors);
}
