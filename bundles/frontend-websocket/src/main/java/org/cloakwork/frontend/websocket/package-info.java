/**
 * The websocket interface of nym-client for many programs at once. {@code Door} is one listening port, {@code Session}
 * one connection (reading, writing, limits), {@code Dialect} what is spoken on it, {@code Mail} who gets what arrives.
 */
package org.cloakwork.frontend.websocket;
