package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;

/**
 * Whether a server's certificates lead from its name to an authority that is trusted, as RFC 5280, section 6, has it,
 * without policies. Revocation is not looked at.
 */
final class CertificatePath {

    private static final int MOST_CERTIFICATES = 10;
    private static final int MOST_BYTES = 65_536;
    /** A chain that names its issuers in circles costs this many, not all their orders. */
    private static final int MOST_SIGNATURES = 32;
    private static final int VERSION_3 = 3;
    private static final Set<ASN1ObjectIdentifier> UNDERSTOOD = Set.of(Extension.basicConstraints, Extension.keyUsage,
            Extension.extendedKeyUsage, Extension.subjectAlternativeName, Extension.nameConstraints,
            Extension.certificatePolicies);

    private final TrustAnchors anchors;
    private final long nowMillis;
    private final List<Certificate> offered;
    private int signatures;

    private CertificatePath(TrustAnchors anchors, long nowMillis, List<Certificate> offered) {
        this.anchors = anchors;
        this.nowMillis = nowMillis;
        this.offered = offered;
    }

    /**
     * @param host name or address of the server
     * @param chain what the server sent, its own first, in DER
     * @param anchors who is trusted
     * @param nowMillis milliseconds since 1970
     * @throws BadCertificate when they are not good for this host, now
     */
    static void check(String host, List<byte[]> chain, TrustAnchors anchors, long nowMillis) throws BadCertificate {
        if (chain.isEmpty() || chain.size() > MOST_CERTIFICATES) {
            throw new BadCertificate(chain.size() + " certificates; 1 to " + MOST_CERTIFICATES + " are accepted");
        }
        if (chain.stream().mapToLong(der -> der.length).sum() > MOST_BYTES) {
            throw new BadCertificate("certificates of more than " + MOST_BYTES + " bytes");
        }
        try {
            List<Certificate> offered = new ArrayList<>();
            for (byte[] der : chain) {
                Certificate certificate = Certificate.getInstance(der);
                // What is signed is encoded anew below: in one way only.
                if (!Arrays.equals(der, certificate.getEncoded(ASN1Encoding.DER))) {
                    throw new BadCertificate("it is not in DER");
                }
                offered.add(certificate);
            }
            new CertificatePath(anchors, nowMillis, offered).check(new HostName(host));
        } catch (RuntimeException | IOException e) {
            throw e instanceof BadCertificate bad ? bad : new BadCertificate("it cannot be read: " + e.getMessage());
        }
    }

    private void check(HostName host) throws IOException {
        Certificate server = offered.getFirst();
        checkServer(server, host);
        List<Certificate> path = new ArrayList<>(List.of(server));
        BadCertificate[] nearest = new BadCertificate[1];
        if (!leadsToAnAnchor(path, nearest)) {
            throw nearest[0] != null ? nearest[0] : new BadCertificate("it leads to no authority that is trusted here");
        }
    }

    private void checkServer(Certificate server, HostName host) throws IOException {
        checkAlone(server);
        GeneralNames names = GeneralNames.fromExtensions(server.getExtensions(), Extension.subjectAlternativeName);
        if (names == null || !host.isNamedBy(names)) {
            throw new BadCertificate("it is not for " + host.name());
        }
        KeyUsage usage = KeyUsage.fromExtensions(extensions(server));
        if (usage != null && !usage.hasUsages(KeyUsage.digitalSignature)) {
            throw new BadCertificate("its key is not for signatures");
        }
        checkPurpose(server);
    }

    /** Looks for issuers, depth first: the ends of a path that are trusted before those that the server sent. */
    private boolean leadsToAnAnchor(List<Certificate> path, BadCertificate[] nearest) throws IOException {
        Certificate last = path.getLast();
        for (TrustAnchors.TrustAnchor anchor : anchors.of(last.getIssuer().getEncoded(ASN1Encoding.DER))) {
            if (anchor.notAfterMillis() >= nowMillis && isSignedBy(last, anchor.key())) {
                try {
                    checkNames(path);
                    return true;
                } catch (BadCertificate e) {
                    nearest[0] = e;
                }
            }
        }
        for (Certificate issuer : offered) {
            if (path.contains(issuer) || !issuer.getSubject().equals(last.getIssuer())) {
                continue;
            }
            try {
                checkIssuer(issuer, path.size() - 1);
                if (!isSignedBy(last, issuer.getSubjectPublicKeyInfo())) {
                    throw new BadCertificate("a signature in its chain is wrong");
                }
                path.add(issuer);
                if (leadsToAnAnchor(path, nearest)) {
                    return true;
                }
                path.removeLast();
            } catch (BadCertificate e) {
                nearest[0] = e;
            }
        }
        return false;
    }

    private boolean isSignedBy(Certificate certificate, SubjectPublicKeyInfo key) throws BadCertificate {
        if (++signatures > MOST_SIGNATURES) {
            throw new BadCertificate("its chain needs more than " + MOST_SIGNATURES + " signatures to be looked at");
        }
        return CertificateSignature.verifies(certificate, key);
    }

    /** @param below how many authorities stand between it and the server's own certificate */
    private void checkIssuer(Certificate issuer, int below) throws IOException {
        checkAlone(issuer);
        BasicConstraints constraints = BasicConstraints.fromExtensions(extensions(issuer));
        if (constraints == null || !constraints.isCA()) {
            throw new BadCertificate("it was issued by what is no authority");
        }
        if (constraints.getPathLenConstraintInteger() != null
                && constraints.getPathLenConstraintInteger().intValueExact() < below) {
            throw new BadCertificate("an authority of its chain may not have so many below it");
        }
        KeyUsage usage = KeyUsage.fromExtensions(extensions(issuer));
        if (usage != null && !usage.hasUsages(KeyUsage.keyCertSign)) {
            throw new BadCertificate("an authority of its chain may not sign certificates");
        }
        checkPurpose(issuer);
    }

    /** What holds for each certificate. */
    private void checkAlone(Certificate certificate) throws IOException {
        if (certificate.getVersionNumber() != VERSION_3 || !certificate.getSignatureAlgorithm().equals(
                certificate.getTBSCertificate().getSignature())) {
            throw new BadCertificate("a certificate of its chain has no version 3 or two algorithms");
        }
        if (millis(certificate.getStartDate()) > nowMillis) {
            throw new BadCertificate("it is not valid yet; is the clock right?");
        }
        if (millis(certificate.getEndDate()) < nowMillis) {
            throw new BadCertificate("it has expired");
        }
        for (ASN1ObjectIdentifier critical : extensions(certificate).getCriticalExtensionOIDs()) {
            if (!UNDERSTOOD.contains(critical)) {
                throw new BadCertificate("it has a critical extension that is not understood: " + critical);
            }
        }
    }

    private static void checkPurpose(Certificate certificate) throws BadCertificate {
        ExtendedKeyUsage purposes = ExtendedKeyUsage.fromExtensions(extensions(certificate));
        if (purposes != null && !purposes.hasKeyPurposeId(KeyPurposeId.id_kp_serverAuth)
                && !purposes.hasKeyPurposeId(KeyPurposeId.anyExtendedKeyUsage)) {
            throw new BadCertificate("a certificate of its chain is not for servers");
        }
    }

    /** From the authority down: what each allows of those below it. */
    private static void checkNames(List<Certificate> path) throws BadCertificate {
        PKIXNameConstraintValidator allowed = new PKIXNameConstraintValidator();
        try {
            for (Certificate certificate : path.reversed()) {
                X500Name subject = certificate.getSubject();
                if (subject.getRDNs().length > 0) {
                    allowed.checkPermittedDN(subject);
                    allowed.checkExcludedDN(subject);
                }
                GeneralNames names = GeneralNames.fromExtensions(extensions(certificate),
                        Extension.subjectAlternativeName);
                for (GeneralName name : names == null ? new GeneralName[0] : names.getNames()) {
                    allowed.checkPermitted(name);
                    allowed.checkExcluded(name);
                }
                Extension constraints = extensions(certificate).getExtension(Extension.nameConstraints);
                if (constraints != null) {
                    NameConstraints more = NameConstraints.getInstance(constraints.getParsedValue());
                    if (more.getPermittedSubtrees() != null) {
                        allowed.intersectPermittedSubtree(more.getPermittedSubtrees());
                    }
                    for (GeneralSubtree excluded : more.getExcludedSubtrees() == null ? new GeneralSubtree[0]
                            : more.getExcludedSubtrees()) {
                        allowed.addExcludedSubtree(excluded);
                    }
                }
            }
        } catch (NameConstraintValidatorException e) {
            throw new BadCertificate("an authority of its chain may not certify its names");
        }
    }

    private static Extensions extensions(Certificate certificate) throws BadCertificate {
        if (certificate.getExtensions() == null) {
            throw new BadCertificate("a certificate of its chain has no extensions");
        }
        return certificate.getExtensions();
    }

    /** Both kinds of time in UTC, as RFC 5280 wants them: {@code yyyyMMddHHmmssZ}, years of two digits filled up. */
    private static long millis(Time time) throws BadCertificate {
        String text = time.toASN1Primitive() instanceof ASN1UTCTime utc ? utc.getAdjustedTime()
                : ((ASN1GeneralizedTime) time.toASN1Primitive()).getTimeString();
        if (!text.matches("[0-9]{14}(Z|GMT\\+00:00)")) {
            throw new BadCertificate("a time in it is none");
        }
        return java.time.LocalDateTime.of(number(text, 0, 4), number(text, 4, 6), number(text, 6, 8),
                number(text, 8, 10), number(text, 10, 12), number(text, 12, 14)).toEpochSecond(java.time.ZoneOffset.UTC)
                * 1000;
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text.substring(from, to));
    }
}
