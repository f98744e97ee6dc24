package org.cloakwork.frontend.web.emulation.javax.crypto;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.crypto.engines.ChaCha7539Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.cloakwork.frontend.web.emulation.java.security.Key;
import org.cloakwork.frontend.web.emulation.java.security.spec.AlgorithmParameterSpec;
import org.cloakwork.frontend.web.emulation.javax.crypto.spec.ChaCha20ParameterSpec;
import org.cloakwork.frontend.web.emulation.javax.crypto.spec.IvParameterSpec;

/** The three the engine uses, whole blocks or a stream from its beginning at each call. Encrypts only. */
public class Cipher {

    public static final int ENCRYPT_MODE = 1;
    public static final int DECRYPT_MODE = 2;

    private enum Kind { AES_ECB, AES_CTR, CHACHA20 }

    private final Kind kind;
    private final ChaCha7539Engine chacha;
    private BitslicedAes aes;
    private byte[] iv;

    private Cipher(Kind kind) {
        this.kind = kind;
        chacha = kind == Kind.CHACHA20 ? new ChaCha7539Engine() : null;
    }

    public static Cipher getInstance(String transformation) throws GeneralSecurityException {
        return new Cipher(switch (transformation) {
            case "AES/ECB/NoPadding" -> Kind.AES_ECB;
            case "AES/CTR/NoPadding" -> Kind.AES_CTR;
            case "ChaCha20" -> Kind.CHACHA20;
            default -> throw new NoSuchAlgorithmException(transformation);
        });
    }

    public void init(int mode, Key key) throws GeneralSecurityException {
        if (kind != Kind.AES_ECB || mode != ENCRYPT_MODE) {
            throw new GeneralSecurityException("parameters are missing, or decrypts blocks");
        }
        aes = new BitslicedAes(key.getEncoded());
    }

    public void init(int mode, Key key, AlgorithmParameterSpec parameters) throws GeneralSecurityException {
        switch (kind) {
            case AES_CTR -> {
                aes = new BitslicedAes(key.getEncoded());
                iv = ((IvParameterSpec) parameters).getIV();
            }
            case CHACHA20 -> chacha.init(true, new ParametersWithIV(new KeyParameter(key.getEncoded()),
                    ((ChaCha20ParameterSpec) parameters).getNonce()));
            default -> throw new GeneralSecurityException("no parameters expected");
        }
    }

    public byte[] doFinal(byte[] in) throws GeneralSecurityException {
        byte[] out = new byte[in.length];
        doFinal(in, 0, in.length, out, 0);
        return out;
    }

    public int doFinal(byte[] in, int from, int length, byte[] out, int to) throws GeneralSecurityException {
        switch (kind) {
            case AES_ECB -> aes.encryptBlocks(in, from, length, out, to);
            case AES_CTR -> aes.counter(iv, in, from, length, out, to);
            case CHACHA20 -> {
                chacha.reset();
                chacha.processBytes(in, from, length, out, to);
            }
        }
        return length;
    }
}
