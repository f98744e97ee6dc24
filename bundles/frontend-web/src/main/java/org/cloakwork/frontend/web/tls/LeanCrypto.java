package org.cloakwork.frontend.web.tls;

import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.CertificateType;
import org.bouncycastle.tls.EncryptionAlgorithm;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.CryptoHashAlgorithm;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.TlsDHConfig;
import org.bouncycastle.tls.crypto.TlsDHDomain;
import org.bouncycastle.tls.crypto.TlsKemConfig;
import org.bouncycastle.tls.crypto.TlsKemDomain;
import org.bouncycastle.tls.crypto.TlsSRP6Client;
import org.bouncycastle.tls.crypto.TlsSRP6Server;
import org.bouncycastle.tls.crypto.TlsSRPConfig;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/** BouncyCastle's cryptography without what is never offered: what cannot be reached is not in the module either. */
final class LeanCrypto extends BcTlsCrypto {

    LeanCrypto(SecureRandom random) {
        super(random);
    }

    @Override
    public TlsCertificate createCertificate(short type, byte[] encoding) throws IOException {
        if (type != CertificateType.X509) {
            throw new TlsFatalAlert(AlertDescription.internal_error);
        }
        return new LeanCertificate(this, encoding);
    }

    @Override
    public TlsCipher createCipher(TlsCryptoParameters parameters, int encryption, int mac) throws IOException {
        if (encryption != EncryptionAlgorithm.CHACHA20_POLY1305) {
            throw new TlsFatalAlert(AlertDescription.internal_error);
        }
        return createChaCha20Poly1305(parameters);
    }

    @Override
    public Digest createDigest(int algorithm) {
        return switch (algorithm) {
            case CryptoHashAlgorithm.sha256 -> new SHA256Digest();
            case CryptoHashAlgorithm.sha384 -> new SHA384Digest();
            case CryptoHashAlgorithm.sha512 -> new SHA512Digest();
            default -> throw new IllegalArgumentException("a digest that is not offered: " + algorithm);
        };
    }

    @Override
    public Digest cloneDigest(int algorithm, Digest digest) {
        return switch (algorithm) {
            case CryptoHashAlgorithm.sha256 -> new SHA256Digest((SHA256Digest) digest);
            case CryptoHashAlgorithm.sha384 -> new SHA384Digest((SHA384Digest) digest);
            case CryptoHashAlgorithm.sha512 -> new SHA512Digest((SHA512Digest) digest);
            default -> throw new IllegalArgumentException("a digest that is not offered: " + algorithm);
        };
    }

    @Override
    public TlsDHDomain createDHDomain(TlsDHConfig config) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TlsKemDomain createKemDomain(TlsKemConfig config) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TlsSRP6Client createSRP6Client(TlsSRPConfig config) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TlsSRP6Server createSRP6Server(TlsSRPConfig config, java.math.BigInteger verifier) {
        throw new UnsupportedOperationException();
    }
}
