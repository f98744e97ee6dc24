package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.RSADigestSigner;

/** Whether a certificate was signed by a key: the algorithms that certification authorities of the web use. */
final class CertificateSignature {

    private CertificateSignature() {
    }

    /** @throws BadCertificate when the algorithm or the key is none that is accepted; SHA-1 is not */
    static boolean verifies(Certificate certificate, SubjectPublicKeyInfo issuer) throws BadCertificate {
        ASN1ObjectIdentifier algorithm = certificate.getSignatureAlgorithm().getAlgorithm();
        boolean ofRsa = algorithm.on(PKCSObjectIdentifiers.pkcs_1);
        Digest digest = digest(algorithm);
        AsymmetricKeyParameter key = PublicKeys.of(issuer);
        if (key instanceof RSAKeyParameters != ofRsa) {
            return false;
        }
        Signer signer = ofRsa ? new RSADigestSigner(digest) : new DSADigestSigner(new ECDSASigner(), digest);
        try {
            signer.init(false, key);
            byte[] signed = certificate.getTBSCertificate().getEncoded(ASN1Encoding.DER);
            signer.update(signed, 0, signed.length);
            return signer.verifySignature(certificate.getSignature().getOctets());
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static Digest digest(ASN1ObjectIdentifier algorithm) throws BadCertificate {
        if (PKCSObjectIdentifiers.sha256WithRSAEncryption.equals(algorithm)
                || X9ObjectIdentifiers.ecdsa_with_SHA256.equals(algorithm)) {
            return new SHA256Digest();
        }
        if (PKCSObjectIdentifiers.sha384WithRSAEncryption.equals(algorithm)
                || X9ObjectIdentifiers.ecdsa_with_SHA384.equals(algorithm)) {
            return new SHA384Digest();
        }
        if (PKCSObjectIdentifiers.sha512WithRSAEncryption.equals(algorithm)
                || X9ObjectIdentifiers.ecdsa_with_SHA512.equals(algorithm)) {
            return new SHA512Digest();
        }
        throw new BadCertificate("signed with an algorithm that is not accepted: " + algorithm);
    }
}
