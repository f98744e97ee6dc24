package org.cloakwork.frontend.web.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues certificates for tests: a name, a key, and what it has issued for itself or got from another. */
final class Authority {

    static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static int serial;

    final X500Name name;
    final KeyPair keys;
    private final String algorithm;

    private Authority(String name, KeyPair keys, String algorithm) {
        this.name = new X500Name("CN=" + name);
        this.keys = keys;
        this.algorithm = algorithm;
    }

    static Authority ec(String name) {
        return new Authority(name, keys("EC", new ECGenParameterSpec("secp256r1")), "SHA256withECDSA");
    }

    static Authority ec384(String name) {
        return new Authority(name, keys("EC", new ECGenParameterSpec("secp384r1")), "SHA384withECDSA");
    }

    static Authority rsa(String name, int bits, String algorithm) {
        return new Authority(name, keys("RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4)), algorithm);
    }

    /** A certificate as its issuer wants it, unless a test changes it. */
    static final class Draft {
        Date from = Date.from(NOW.minusSeconds(86_400));
        Date until = Date.from(NOW.plusSeconds(86_400));
        private final List<Extension> extensions = new ArrayList<>();

        Draft with(ASN1ObjectIdentifier identifier, boolean critical, ASN1Encodable value) {
            extensions.removeIf(extension -> extension.getExtnId().equals(identifier));
            try {
                extensions.add(new Extension(identifier, critical, value.toASN1Primitive().getEncoded()));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return this;
        }

        Draft without(ASN1ObjectIdentifier identifier) {
            extensions.removeIf(extension -> extension.getExtnId().equals(identifier));
            return this;
        }

        Draft names(String... names) {
            GeneralName[] all = new GeneralName[names.length];
            for (int at = 0; at < names.length; at++) {
                boolean address = names[at].matches("[0-9.]+|.*:.*");
                all[at] = new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, names[at]);
            }
            return with(Extension.subjectAlternativeName, false, new GeneralNames(all));
        }
    }

    /** One for a server of these names. */
    byte[] server(Authority server, Consumer<Draft> change, String... names) {
        Draft draft = new Draft().names(names).with(Extension.basicConstraints, true, new BasicConstraints(false));
        change.accept(draft);
        return issue(server, draft);
    }

    /** One for an authority below this one. */
    byte[] authority(Authority below, Consumer<Draft> change) {
        Draft draft = new Draft().with(Extension.basicConstraints, true, new BasicConstraints(true));
        change.accept(draft);
        return issue(below, draft);
    }

    private byte[] issue(Authority subject, Draft draft) {
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(name, BigInteger.valueOf(++serial),
                    draft.from, draft.until, subject.name, SubjectPublicKeyInfo.getInstance(
                            subject.keys.getPublic().getEncoded()));
            for (Extension extension : draft.extensions) {
                builder.addExtension(extension);
            }
            return builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate())).getEncoded();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** As a list of trusted authorities has them, ending a day from now. */
    static TrustAnchors trusting(Authority... authorities) {
        return TrustAnchors.decode(encoded(authorities));
    }

    static byte[] encoded(Authority... authorities) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            for (Authority authority : authorities) {
                out.write(ByteBuffer.allocate(4).putInt((int) (NOW.getEpochSecond() / 86_400 + 1)).array());
                for (byte[] part : List.of(authority.name.getEncoded(), authority.keys.getPublic().getEncoded())) {
                    out.write(ByteBuffer.allocate(2).putShort((short) part.length).array());
                    out.write(part);
                }
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static KeyPair keys(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
