/** Messages become fragments, and fragments sealed packets. */
package org.cloakwork.client.encode;
