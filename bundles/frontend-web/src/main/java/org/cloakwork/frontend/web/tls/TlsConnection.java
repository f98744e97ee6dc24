package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatusRequest;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.TlsCrypto;

/**
 * One TLS connection as a function of bytes: what comes from the server goes in, what is for it comes out. TLS 1.3, and
 * 1.2 with the same ciphers; ChaCha20-Poly1305 alone, since BouncyCastle's AES looks up tables by secrets.
 */
final class TlsConnection {

    private static final int[] CIPHER_SUITES = {CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256};

    private static final int[] SIGNATURES = {SignatureScheme.ecdsa_secp256r1_sha256,
        SignatureScheme.ecdsa_secp384r1_sha384, SignatureScheme.ecdsa_secp521r1_sha512,
        SignatureScheme.rsa_pss_rsae_sha256, SignatureScheme.rsa_pss_rsae_sha384, SignatureScheme.rsa_pss_rsae_sha512,
        SignatureScheme.rsa_pkcs1_sha256, SignatureScheme.rsa_pkcs1_sha384, SignatureScheme.rsa_pkcs1_sha512};

    private final TlsClientProtocol protocol = new TlsClientProtocol();

    /**
     * Begins the handshake.
     *
     * @param host whose name, or IP address, the certificate has to bear
     * @param anchors who is trusted
     * @throws IOException never, as long as nothing came
     */
    TlsConnection(String host, TrustAnchors anchors, long nowMillis) throws IOException {
        protocol.connect(new Client(new LeanCrypto(new SecureRandom()), new HostName(host), anchors, nowMillis));
    }

    /** @throws IOException when it is not TLS, or the certificate is not good; {@link #output} has the alert */
    void input(byte[] bytes) throws IOException {
        protocol.offerInput(bytes);
    }

    /** @throws IOException when the server did not say that this is the end */
    void end() throws IOException {
        protocol.closeInput();
    }

    boolean isHandshaking() {
        return protocol.isHandshaking();
    }

    boolean isClosed() {
        return protocol.isClosed();
    }

    /** What is for the server. */
    byte[] output() {
        byte[] bytes = new byte[protocol.getAvailableOutputBytes()];
        protocol.readOutput(bytes, 0, bytes.length);
        return bytes;
    }

    /** What the server said. */
    byte[] data() {
        byte[] bytes = new byte[protocol.getAvailableInputBytes()];
        protocol.readInput(bytes, 0, bytes.length);
        return bytes;
    }

    void write(byte[] data) throws IOException {
        protocol.writeApplicationData(data, 0, data.length);
    }

    /** Tells the server that nothing more comes. */
    void close() throws IOException {
        protocol.close();
    }

    private static final class Client extends DefaultTlsClient {

        private final HostName host;
        private final TrustAnchors anchors;
        private final long nowMillis;

        Client(TlsCrypto crypto, HostName host, TrustAnchors anchors, long nowMillis) {
            super(crypto);
            this.host = host;
            this.anchors = anchors;
            this.nowMillis = nowMillis;
        }

        @Override
        protected ProtocolVersion[] getSupportedVersions() {
            return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
        }

        @Override
        protected int[] getSupportedCipherSuites() {
            return CIPHER_SUITES.clone();
        }

        @Override
        protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
            return new Vector<>(List.of(NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.secp384r1));
        }

        @Override
        public Vector<Integer> getEarlyKeyShareGroups() {
            return new Vector<>(List.of(NamedGroup.x25519));
        }

        @Override
        protected Vector<SignatureAndHashAlgorithm> getSupportedSignatureAlgorithms() {
            Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
            for (int scheme : SIGNATURES) {
                algorithms.add(SignatureScheme.getSignatureAndHashAlgorithm(scheme));
            }
            return algorithms;
        }

        @Override
        protected Vector<ProtocolName> getProtocolNames() {
            return new Vector<>(List.of(ProtocolName.HTTP_1_1));
        }

        @Override
        protected Vector<ServerName> getSNIServerNames() {
            return host.isAddress() ? null : new Vector<>(List.of(
                    new ServerName(NameType.host_name, host.name().getBytes(StandardCharsets.US_ASCII))));
        }

        @Override
        protected CertificateStatusRequest getCertificateStatusRequest() {
            return null;
        }

        @Override
        public TlsAuthentication getAuthentication() {
            return new TlsAuthentication() {
                @Override
                public void notifyServerCertificate(TlsServerCertificate server) throws IOException {
                    Certificate sent = server.getCertificate();
                    List<byte[]> chain = new ArrayList<>();
                    for (int at = 0; at < sent.getLength(); at++) {
                        chain.add(sent.getCertificateAt(at).getEncoded());
                    }
                    try {
                        CertificatePath.check(host.name(), chain, anchors, nowMillis);
                    } catch (BadCertificate e) {
                        throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
                    }
                }

                @Override
                public TlsCredentials getClientCredentials(CertificateRequest request) {
                    return null;
                }
            };
        }
    }
}
