package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;

/** Whether a certificate was signed by a key: the algorithms that certification authorities of the web use. */
final class CertificateSignature {

    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 8192;
    private static final int LEAST_RSA_EXPONENT_BITS = 2;
    private static final int MOST_RSA_EXPONENT_BITS = 33;

    private static final Map<ASN1ObjectIdentifier, String> CURVES = Map.of(
            SECObjectIdentifiers.secp256r1, "secp256r1", SECObjectIdentifiers.secp384r1, "secp384r1",
            SECObjectIdentifiers.secp521r1, "secp521r1");

    private CertificateSignature() {
    }

    /**
     * @throws BadCertificate when the algorithm or the key is none that is accepted; SHA-1, RSA below 2048 bits and
     *     other curves than those of NIST are not
     */
    static boolean verifies(Certificate certificate, SubjectPublicKeyInfo key) throws BadCertificate {
        ASN1ObjectIdentifier algorithm = certificate.getSignatureAlgorithm().getAlgorithm();
        Signer signer;
        if (PKCSObjectIdentifiers.sha256WithRSAEncryption.equals(algorithm)) {
            signer = rsa(new SHA256Digest(), key);
        } else if (PKCSObjectIdentifiers.sha384WithRSAEncryption.equals(algorithm)) {
            signer = rsa(new SHA384Digest(), key);
        } else if (PKCSObjectIdentifiers.sha512WithRSAEncryption.equals(algorithm)) {
            signer = rsa(new SHA512Digest(), key);
        } else if (X9ObjectIdentifiers.ecdsa_with_SHA256.equals(algorithm)) {
            signer = ecdsa(new SHA256Digest(), key);
        } else if (X9ObjectIdentifiers.ecdsa_with_SHA384.equals(algorithm)) {
            signer = ecdsa(new SHA384Digest(), key);
        } else if (X9ObjectIdentifiers.ecdsa_with_SHA512.equals(algorithm)) {
            signer = ecdsa(new SHA512Digest(), key);
        } else {
            throw new BadCertificate("signed with an algorithm that is not accepted: " + algorithm);
        }
        if (signer == null) {
            return false;
        }
        try {
            byte[] signed = certificate.getTBSCertificate().getEncoded(ASN1Encoding.DER);
            signer.update(signed, 0, signed.length);
            return signer.verifySignature(certificate.getSignature().getOctets());
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static Signer rsa(Digest digest, SubjectPublicKeyInfo key) throws BadCertificate {
        if (!PKCSObjectIdentifiers.rsaEncryption.equals(key.getAlgorithm().getAlgorithm())) {
            return null;
        }
        RSAPublicKey rsa;
        try {
            rsa = RSAPublicKey.getInstance(key.parsePublicKey());
        } catch (IOException | RuntimeException e) {
            throw new BadCertificate("an RSA key that is none");
        }
        int bits = rsa.getModulus().bitLength();
        int exponentBits = rsa.getPublicExponent().bitLength();
        if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS || exponentBits < LEAST_RSA_EXPONENT_BITS
                || exponentBits > MOST_RSA_EXPONENT_BITS) {
            throw new BadCertificate("an RSA key of " + bits + " bits, not accepted");
        }
        return verifying(new RSADigestSigner(digest),
                new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent()));
    }

    private static Signer ecdsa(Digest digest, SubjectPublicKeyInfo key) throws BadCertificate {
        if (!X9ObjectIdentifiers.id_ecPublicKey.equals(key.getAlgorithm().getAlgorithm())) {
            return null;
        }
        try {
            ASN1ObjectIdentifier name = ASN1ObjectIdentifier.getInstance(key.getAlgorithm().getParameters());
            String curve = CURVES.get(name);
            if (curve == null) {
                throw new BadCertificate("a curve that is not accepted: " + name);
            }
            var domain = new ECNamedDomainParameters(name, CustomNamedCurves.getByName(curve));
            return verifying(new DSADigestSigner(new ECDSASigner(), digest), new ECPublicKeyParameters(
                    domain.getCurve().decodePoint(key.getPublicKeyData().getOctets()), domain));
        } catch (RuntimeException e) {
            throw new BadCertificate("an elliptic curve key that is none");
        }
    }

    private static Signer verifying(Signer signer, AsymmetricKeyParameter key) {
        signer.init(false, key);
        return signer;
    }
}
