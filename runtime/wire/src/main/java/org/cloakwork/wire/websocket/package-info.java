/**
 * What programs and the native client say to each other over its local websocket: requests and responses, each in a
 * binary and a JSON form (protocol/6-frontends, 1), and Cloakwork's extension of it, {@code cloakwork.v1}, which is
 * JSON only (docs/websocket.md). Pure functions: a frame's payload in, a value or a refusal out.
 */
@Export
@Version("1.0.0")
package org.cloakwork.wire.websocket;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
