package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;

/** The keys that certificates of the web have: RSA, and the curves P-256, P-384 and P-521. */
final class PublicKeys {

    private static final int LEAST_RSA_BITS = 2048;
    private static final int MOST_RSA_BITS = 8192;
    private static final int LEAST_RSA_EXPONENT_BITS = 2;
    private static final int MOST_RSA_EXPONENT_BITS = 33;

    private static final Map<ASN1ObjectIdentifier, String> CURVES = Map.of(
            SECObjectIdentifiers.secp256r1, "secp256r1", SECObjectIdentifiers.secp384r1, "secp384r1",
            SECObjectIdentifiers.secp521r1, "secp521r1");

    private PublicKeys() {
    }

    /**
     * @return {@link RSAKeyParameters} or {@link ECPublicKeyParameters}
     * @throws BadCertificate when it is none of these, or RSA below 2048 or above 8192 bits
     */
    static AsymmetricKeyParameter of(SubjectPublicKeyInfo key) throws BadCertificate {
        ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
        try {
            if (PKCSObjectIdentifiers.rsaEncryption.equals(algorithm)) {
                return rsa(RSAPublicKey.getInstance(key.parsePublicKey()));
            }
            if (X9ObjectIdentifiers.id_ecPublicKey.equals(algorithm)) {
                return ec(ASN1ObjectIdentifier.getInstance(key.getAlgorithm().getParameters()),
                        key.getPublicKeyData().getOctets());
            }
        } catch (IOException | RuntimeException e) {
            throw e instanceof BadCertificate bad ? bad : new BadCertificate("a key that is none: " + e.getMessage());
        }
        throw new BadCertificate("a key of an algorithm that is not accepted: " + algorithm);
    }

    private static RSAKeyParameters rsa(RSAPublicKey key) throws BadCertificate {
        int bits = key.getModulus().bitLength();
        int exponentBits = key.getPublicExponent().bitLength();
        if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS || exponentBits < LEAST_RSA_EXPONENT_BITS
                || exponentBits > MOST_RSA_EXPONENT_BITS) {
            throw new BadCertificate("an RSA key of " + bits + " bits, not accepted");
        }
        return new RSAKeyParameters(false, key.getModulus(), key.getPublicExponent());
    }

    private static ECPublicKeyParameters ec(ASN1ObjectIdentifier name, byte[] point) throws BadCertificate {
        String curve = CURVES.get(name);
        if (curve == null) {
            throw new BadCertificate("a curve that is not accepted: " + name);
        }
        X9ECParameters parameters = CustomNamedCurves.getByName(curve);
        return new ECPublicKeyParameters(parameters.getCurve().decodePoint(point),
                new ECNamedDomainParameters(name, parameters));
    }
}
