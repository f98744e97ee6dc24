package org.cloakwork.frontend.web.tls;

import static org.cloakwork.frontend.web.tls.Authority.NOW;
import static org.cloakwork.frontend.web.tls.Authority.trusting;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificatePathTest {

    private static final Authority ROOT = Authority.ec("Root");
    private static final Authority MIDDLE = Authority.ec("Middle");
    private static final Authority SERVER = Authority.ec("Server");
    private static final String HOST = "a.example.net";

    private static void check(String host, Authority trusted, byte[]... chain) throws BadCertificate {
        CertificatePath.check(host, List.of(chain), trusting(trusted), NOW.toEpochMilli());
    }

    private static void refused(String why, byte[]... chain) {
        assertEquals(why, assertThrows(BadCertificate.class, () -> check(HOST, ROOT, chain)).getMessage());
    }

    private static byte[] server(Consumer<Authority.Draft> change) {
        return ROOT.server(SERVER, change, HOST);
    }

    private static byte[] below(Authority issuer) {
        return issuer.server(SERVER, draft -> { }, HOST);
    }

    private static Consumer<Authority.Draft> asItIs() {
        return draft -> { };
    }

    @ParameterizedTest
    @CsvSource({"2048, SHA256withRSA", "2048, SHA384withRSA", "2048, SHA512withRSA"})
    void aChainOfRsa(int bits, String algorithm) throws Exception {
        Authority root = Authority.rsa("Root of RSA", bits, algorithm);
        Authority middle = Authority.rsa("Middle of RSA", bits, algorithm);
        check(HOST, root, below(middle), root.authority(middle, asItIs()));
    }

    @Test
    void aChainOfEllipticCurves() throws Exception {
        Authority root = Authority.ec384("Root of 384");
        check(HOST, root, below(MIDDLE), root.authority(MIDDLE, asItIs()));
        check(HOST, ROOT, below(ROOT));
    }

    @ParameterizedTest
    @CsvSource({"a.example.net, a.example.net", "A.Example.NET, a.example.net", "a.example.net., a.example.net",
        "a.example.net, A.EXAMPLE.net", "a.example.net, *.example.net", "192.0.2.7, 192.0.2.7",
        "2001:db8::1, 2001:db8::1", "xn--bcher-kva.example.net, xn--bcher-kva.example.net"})
    void aNameThatItBears(String host, String name) throws Exception {
        check(host, ROOT, ROOT.server(SERVER, asItIs(), "other.example", name));
    }

    @ParameterizedTest
    @CsvSource({"example.net, *.example.net", "b.a.example.net, *.example.net", "a.example.net, a*.example.net",
        "a.example.net, *", "a.net, *.net", "a.example.net, example.net", "a.example.net, a.example.org",
        "192.0.2.7, *.0.2.7", "192.0.2.7, 192.0.2.8", "a.example.net, .example.net"})
    void aNameThatItDoesNotBear(String host, String name) {
        byte[] chain = ROOT.server(SERVER, asItIs(), name);
        assertEquals("it is not for " + host,
                assertThrows(BadCertificate.class, () -> check(host, ROOT, chain)).getMessage());
    }

    @Test
    void aCommonNameAloneIsNoName() {
        Authority named = Authority.ec(HOST);
        refused("it is not for " + HOST,
                ROOT.server(named, draft -> draft.without(Extension.subjectAlternativeName), HOST));
    }

    @Test
    void anAddressThatStandsThereAsANameIsNone() {
        byte[] chain = ROOT.server(SERVER, draft -> draft.with(Extension.subjectAlternativeName, false,
                new org.bouncycastle.asn1.x509.GeneralNames(new GeneralName(GeneralName.dNSName, "192.0.2.7"))), HOST);
        assertThrows(BadCertificate.class, () -> check("192.0.2.7", ROOT, chain));
    }

    @Test
    void aTimeThatIsNotNow() {
        refused("it has expired", server(draft -> draft.until = Date.from(NOW.minusSeconds(1))));
        refused("it is not valid yet; is the clock right?",
                server(draft -> draft.from = Date.from(NOW.plusSeconds(1))));
        refused("it has expired", below(MIDDLE),
                ROOT.authority(MIDDLE, draft -> draft.until = Date.from(NOW.minusSeconds(1))));
    }

    @Test
    void timesAfter2049() throws Exception {
        check(HOST, ROOT, server(draft -> draft.until = Date.from(NOW.plusSeconds(3_000_000_000L))));
    }

    @Test
    void anAuthorityThatHasEnded() {
        byte[] chain = below(ROOT);
        assertThrows(BadCertificate.class, () -> CertificatePath.check(HOST, List.of(chain), trusting(ROOT),
                NOW.plusSeconds(3 * 86_400).toEpochMilli()));
    }

    @Test
    void anAuthorityThatNobodyTrusts() {
        Authority stranger = Authority.ec("Stranger");
        refused("it leads to no authority that is trusted here", below(stranger));
        refused("it leads to no authority that is trusted here", below(stranger),
                stranger.authority(stranger, asItIs()));
    }

    @Test
    void anAuthorityOfTheSameNameWithAnotherKey() {
        Authority impostor = Authority.ec("Root");
        refused("it leads to no authority that is trusted here", below(impostor));
    }

    @Test
    void aServersCertificateThatIssuesAnother() {
        Authority server = Authority.ec("Some server");
        byte[] its = ROOT.server(server, asItIs(), "evil.example");
        refused("it was issued by what is no authority", below(server), its);
        refused("it was issued by what is no authority", below(server),
                ROOT.authority(server, draft -> draft.without(Extension.basicConstraints)
                        .with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign))));
    }

    @Test
    void anAuthorityThatMayNotSign() {
        refused("an authority of its chain may not sign certificates", below(MIDDLE), ROOT.authority(MIDDLE,
                draft -> draft.with(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))));
    }

    @Test
    void moreAuthoritiesThanAllowed() throws Exception {
        Authority lowest = Authority.ec("Lowest");
        byte[] ofLowest = MIDDLE.authority(lowest, asItIs());
        check(HOST, ROOT, below(lowest), ofLowest,
                ROOT.authority(MIDDLE, draft -> draft.with(Extension.basicConstraints, true, new BasicConstraints(1))));
        refused("an authority of its chain may not have so many below it", below(lowest), ofLowest,
                ROOT.authority(MIDDLE, draft -> draft.with(Extension.basicConstraints, true, new BasicConstraints(0))));
    }

    @Test
    void aPurposeThatIsNotThatOfAServer() throws Exception {
        check(HOST, ROOT, server(draft -> draft.with(Extension.extendedKeyUsage, false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))));
        Consumer<Authority.Draft> forMail = draft -> draft.with(Extension.extendedKeyUsage, false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_emailProtection));
        refused("a certificate of its chain is not for servers", server(forMail));
        refused("a certificate of its chain is not for servers", below(MIDDLE), ROOT.authority(MIDDLE, forMail));
    }

    @Test
    void aKeyThatIsNotForSignatures() {
        refused("its key is not for signatures",
                server(draft -> draft.with(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyEncipherment))));
    }

    @Test
    void aCriticalExtensionThatIsNotUnderstood() throws Exception {
        ASN1ObjectIdentifier strange = new ASN1ObjectIdentifier("1.2.3.4");
        check(HOST, ROOT, server(draft -> draft.with(strange, false, DERNull.INSTANCE)));
        refused("it has a critical extension that is not understood: 1.2.3.4",
                server(draft -> draft.with(strange, true, DERNull.INSTANCE)));
    }

    @Test
    void namesThatAnAuthorityMayNotCertify() throws Exception {
        check(HOST, ROOT, below(MIDDLE), ROOT.authority(MIDDLE, permitting("example.net")));
        refused("an authority of its chain may not certify its names", below(MIDDLE),
                ROOT.authority(MIDDLE, permitting("example.org")));
        NameConstraints without = new NameConstraints(null, subtree("example.net"));
        refused("an authority of its chain may not certify its names", below(MIDDLE),
                ROOT.authority(MIDDLE, draft -> draft.with(Extension.nameConstraints, true, without)));
    }

    private static Consumer<Authority.Draft> permitting(String domain) {
        return draft -> draft.with(Extension.nameConstraints, true, new NameConstraints(subtree(domain), null));
    }

    private static GeneralSubtree[] subtree(String domain) {
        return new GeneralSubtree[] {new GeneralSubtree(new GeneralName(GeneralName.dNSName, domain))};
    }

    @Test
    void weakSignatures() {
        Authority weak = Authority.rsa("Weak", 1024, "SHA256withRSA");
        assertEquals("an RSA key of 1024 bits, not accepted",
                assertThrows(BadCertificate.class, () -> check(HOST, weak, below(weak))).getMessage());
        Authority old = Authority.rsa("Old", 2048, "SHA1withRSA");
        assertTrue(assertThrows(BadCertificate.class, () -> check(HOST, old, below(old))).getMessage()
                .startsWith("signed with an algorithm that is not accepted: "));
    }

    @Test
    void anyBitThatIsTurned() {
        byte[] good = below(ROOT);
        int accepted = 0;
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            try {
                check(HOST, ROOT, bad);
                accepted++;
            } catch (BadCertificate e) {
                // That is right.
            }
        }
        assertEquals(0, accepted);
    }

    @Test
    void theOrderDoesNotMatterNorWhatIsNotNeeded() throws Exception {
        Authority lowest = Authority.ec("Lowest");
        List<byte[]> others = new ArrayList<>(List.of(MIDDLE.authority(lowest, asItIs()),
                ROOT.authority(MIDDLE, asItIs()), ROOT.authority(ROOT, asItIs()), below(Authority.ec("Stranger"))));
        for (int turn = 0; turn < others.size(); turn++) {
            Collections.rotate(others, 1);
            List<byte[]> chain = new ArrayList<>(List.of(below(lowest)));
            chain.addAll(others);
            CertificatePath.check(HOST, chain, trusting(ROOT), NOW.toEpochMilli());
        }
    }

    @Test
    void anAuthorityWithTwoCertificatesOneOfThemBad() throws Exception {
        byte[] expired = ROOT.authority(MIDDLE, draft -> draft.until = Date.from(NOW.minusSeconds(1)));
        check(HOST, ROOT, below(MIDDLE), expired, ROOT.authority(MIDDLE, asItIs()));
    }

    @Test
    void authoritiesThatVouchForEachOtherInCircles() {
        Authority one = Authority.ec("One");
        Authority two = Authority.ec("Two");
        List<byte[]> chain = new ArrayList<>(List.of(below(one)));
        for (int copies = 0; copies < 4; copies++) {
            chain.add(one.authority(two, asItIs()));
            chain.add(two.authority(one, asItIs()));
        }
        assertThrows(BadCertificate.class,
                () -> CertificatePath.check(HOST, chain, trusting(ROOT), NOW.toEpochMilli()));
    }

    @Test
    void tooManyTooLongOrNoCertificates() {
        byte[] good = below(ROOT);
        refused("0 certificates; 1 to 10 are accepted");
        refused("11 certificates; 1 to 10 are accepted", Collections.nCopies(11, good).toArray(new byte[0][]));
        refused("certificates of more than 65536 bytes", good, new byte[65_537]);
        assertTrue(assertThrows(BadCertificate.class, () -> check(HOST, ROOT, new byte[] {0x30, 1, 2})).getMessage()
                .startsWith("it cannot be read: "));
    }

    @Test
    void theRootsThatAreShippedAreRead() throws Exception {
        TrustAnchors shipped = TrustAnchors.decode(Files.readAllBytes(Path.of("src/main/roots/roots.bin")));
        int count = shipped.bySubject().values().stream().mapToInt(List::size).sum();
        System.out.println("web: " + count + " certification authorities");
        assertTrue(count > 100, count + " authorities");
        assertTrue(shipped.bySubject().values().stream().flatMap(List::stream).anyMatch(anchor ->
                anchor.subject().toString().contains("ISRG Root X1")));
    }

    @Test
    void aListOfAuthoritiesThatEndsEarlyIsRefused() {
        byte[] encoded = Authority.encoded(ROOT);
        byte[] cut = java.util.Arrays.copyOf(encoded, encoded.length - 1);
        assertThrows(IllegalArgumentException.class, () -> TrustAnchors.decode(cut));
    }
}
