package org.cloakwork.frontend.web.emulation.java.security;

/** A secret as bytes. */
public interface Key {

    byte[] getEncoded();
}
