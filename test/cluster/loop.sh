# Calls $1 ten times a second and prints when it asked (ms since 1970) and what came back.
while true; do
  now=$(date +%s%3N)
  echo "$now $(curl -s -o /dev/null -m 5 -w '%{http_code}' "$1")"
  sleep 0.1
done
