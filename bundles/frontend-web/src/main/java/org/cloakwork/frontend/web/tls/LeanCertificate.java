package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.io.OutputStream;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.Signer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.signers.DSADigestSigner;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.SignatureAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.TlsVerifier;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsECDSAVerifier;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsRSAPSSVerifier;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsRSAVerifier;

/** A server's certificate that verifies what {@link TlsConnection} offers and nothing else. */
final class LeanCertificate extends BcTlsCertificate {

    LeanCertificate(BcTlsCrypto crypto, byte[] der) throws IOException {
        super(crypto, der);
    }

    @Override
    protected AsymmetricKeyParameter getPublicKey() throws IOException {
        return PublicKeys.of(keyInfo);
    }

    /** TLS 1.3. */
    @Override
    public Tls13Verifier createVerifier(int scheme) throws IOException {
        return switch (scheme) {
            case SignatureScheme.ecdsa_secp256r1_sha256 -> ecdsa(new SHA256Digest());
            case SignatureScheme.ecdsa_secp384r1_sha384 -> ecdsa(new SHA384Digest());
            case SignatureScheme.ecdsa_secp521r1_sha512 -> ecdsa(new SHA512Digest());
            case SignatureScheme.rsa_pss_rsae_sha256 -> pss(new SHA256Digest());
            case SignatureScheme.rsa_pss_rsae_sha384 -> pss(new SHA384Digest());
            case SignatureScheme.rsa_pss_rsae_sha512 -> pss(new SHA512Digest());
            default -> throw new TlsFatalAlert(AlertDescription.internal_error);
        };
    }

    /** TLS 1.2. */
    @Override
    public TlsVerifier createVerifier(short algorithm) throws IOException {
        return switch (algorithm) {
            case SignatureAlgorithm.ecdsa -> new BcTlsECDSAVerifier(crypto, getPubKeyEC());
            case SignatureAlgorithm.rsa -> new BcTlsRSAVerifier(crypto, getPubKeyRSA());
            case SignatureAlgorithm.rsa_pss_rsae_sha256 -> pss(SignatureScheme.rsa_pss_rsae_sha256);
            case SignatureAlgorithm.rsa_pss_rsae_sha384 -> pss(SignatureScheme.rsa_pss_rsae_sha384);
            case SignatureAlgorithm.rsa_pss_rsae_sha512 -> pss(SignatureScheme.rsa_pss_rsae_sha512);
            default -> throw new TlsFatalAlert(AlertDescription.internal_error);
        };
    }

    private TlsVerifier pss(int scheme) throws IOException {
        return new BcTlsRSAPSSVerifier(crypto, getPubKeyRSA(), scheme);
    }

    private Tls13Verifier ecdsa(Digest digest) throws IOException {
        Signer signer = new DSADigestSigner(new ECDSASigner(), digest);
        signer.init(false, getPubKeyEC());
        return verifier(signer);
    }

    private Tls13Verifier pss(Digest digest) throws IOException {
        Signer signer = new PSSSigner(new RSABlindedEngine(), digest, digest.getDigestSize());
        signer.init(false, getPubKeyRSA());
        return verifier(signer);
    }

    private static Tls13Verifier verifier(Signer signer) {
        return new Tls13Verifier() {
            @Override
            public OutputStream getOutputStream() {
                return new OutputStream() {
                    @Override
                    public void write(int b) {
                        signer.update((byte) b);
                    }

                    @Override
                    public void write(byte[] bytes, int from, int length) {
                        signer.update(bytes, from, length);
                    }
                };
            }

            @Override
            public boolean verifySignature(byte[] signature) {
                return signer.verifySignature(signature);
            }
        };
    }
}
